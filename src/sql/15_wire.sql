-- 15_wire.sql
--    The type dynamo.request: the document that an operation is given.
--
-- It is the text of a JSON object, unread: the operation reads it, once, and
-- answers to what is wrong with it as DynamoDB does.  With json as the type
-- of the argument the server would read each request a first time, to see
-- that it is JSON.  Everything a request may come as converts by itself: an
-- untyped literal or parameter, json, jsonb, text.

CREATE TYPE dynamo.request;

CREATE FUNCTION dynamo.request_in(cstring) RETURNS dynamo.request
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'dynamo_request_in';

CREATE FUNCTION dynamo.request_out(dynamo.request) RETURNS cstring
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';

CREATE FUNCTION dynamo.request_recv(internal) RETURNS dynamo.request
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';

CREATE FUNCTION dynamo.request_send(dynamo.request) RETURNS bytea
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';

CREATE TYPE dynamo.request (
    INPUT = dynamo.request_in,
    OUTPUT = dynamo.request_out,
    RECEIVE = dynamo.request_recv,
    SEND = dynamo.request_send,
    INTERNALLENGTH = variable,
    STORAGE = extended
);

COMMENT ON TYPE dynamo.request IS 'request document of an operation: JSON text that only the operation reads';

CREATE CAST (json AS dynamo.request) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS dynamo.request) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (jsonb AS dynamo.request) WITH INOUT AS IMPLICIT;

