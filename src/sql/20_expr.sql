-- 20_expr.sql
--    Expressions on items without a table, for tests and for finding out.

CREATE FUNCTION dynamo_internal.expr_condition(request text, item dynamo.item) RETURNS boolean
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_condition';

COMMENT ON FUNCTION dynamo_internal.expr_condition(text, dynamo.item) IS
    'does ConditionExpression, FilterExpression, Expected or ScanFilter of request hold for item';

CREATE FUNCTION dynamo_internal.expr_update(request text, old dynamo.item, key dynamo.item) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_update';

COMMENT ON FUNCTION dynamo_internal.expr_update(text, dynamo.item, dynamo.item) IS
    'what UpdateExpression or AttributeUpdates of request makes of old, or of key if there is no old item';

CREATE FUNCTION dynamo_internal.expr_touched(request text, item dynamo.item) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_touched';

COMMENT ON FUNCTION dynamo_internal.expr_touched(text, dynamo.item) IS
    'what ReturnValues UPDATED_OLD and UPDATED_NEW show of item; null if that is nothing';

CREATE FUNCTION dynamo_internal.expr_projection(request text, item dynamo.item) RETURNS dynamo.item
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_projection';

COMMENT ON FUNCTION dynamo_internal.expr_projection(text, dynamo.item) IS
    'what ProjectionExpression or AttributesToGet of request names of item';

CREATE FUNCTION dynamo_internal.expr_key_condition(request text) RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'dynamo_expr_key_condition';

COMMENT ON FUNCTION dynamo_internal.expr_key_condition(text) IS
    'the terms of KeyConditionExpression or KeyConditions of request';
