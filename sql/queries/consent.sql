-- The text that people agree to (domain/consent.c).
-- role: web

-- name: consent_text :one
-- The newest version in this language, else in Japanese.
SELECT version, language, text, moment(published, :lang::text) ->> 'date' AS published,
       moment(published, :lang) ->> 'datetime' AS datetime
  FROM consent_document
 WHERE version = (SELECT max(version) FROM consent_document)
   AND language IN (:lang, 'ja')
 ORDER BY language = :lang DESC
 LIMIT 1;
