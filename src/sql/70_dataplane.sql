-- 70_dataplane.sql
--    What reading and writing items needs besides the operations.

-- ------------------------------------------------------------ transactions

-- One row for each ClientRequestToken of a TransactWriteItems that has
-- committed; written and removed by src/ops/idempotency.c.  The indexes are
-- not unique on purpose: a token that has expired may be used again.
CREATE TABLE dynamo_internal.idempotency_tokens (
    token text COLLATE "C" NOT NULL,
    digest bytea NOT NULL,      -- SHA-256 of the request's actions
    made timestamptz NOT NULL   -- it expires ten minutes later
);
ALTER TABLE dynamo_internal.idempotency_tokens ALTER token SET STORAGE PLAIN;
ALTER TABLE dynamo_internal.idempotency_tokens ALTER digest SET STORAGE PLAIN;

CREATE INDEX idempotency_tokens_token ON dynamo_internal.idempotency_tokens (token);
CREATE INDEX idempotency_tokens_made ON dynamo_internal.idempotency_tokens (made);
