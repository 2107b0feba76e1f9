-- What mails of a town come from (app/domain/mail_sender.h).

-- The name beside the address ('': the town's), and where answers go ('': to the address itself).
ALTER TABLE tenant ADD mail_name text NOT NULL DEFAULT '' CHECK (length(mail_name) <= 60);
ALTER TABLE tenant ADD mail_reply text NOT NULL DEFAULT '' CHECK (length(mail_reply) <= 254);

-- mail_domain_taken()
GRANT SELECT (mail_from) ON tenant TO chromo_directory;
