-- base_settings
--    The settings of the extension, and which errors reach the server log.

SELECT name, setting, context FROM pg_settings 
	WHERE name IN ('dynamo.account_id', 'dynamo.log_client_errors', 'dynamo.region') ORDER BY name;

-- What the value of each must look like.
SET dynamo.account_id = '123456789012';
SET dynamo.account_id = '12345678901';
SET dynamo.account_id = '12345678901a';
SHOW dynamo.account_id;
SET dynamo.region = 'eu-central-1';
SET dynamo.region = '';
SET dynamo.region = 'EU';
SHOW dynamo.region;
SET dynamo.cpu_affinity = -2;
SET dynamo.cpu_affinity = 1023;
SET dynamo.cpu_affinity = 1024;
SET dynamo.cpu_affinity = -1;
SET dynamo.read_ahead = -1;
SET dynamo.read_ahead = 1000;
SET dynamo.read_ahead = 1001;
SHOW dynamo.read_ahead;
RESET dynamo.read_ahead;
SHOW dynamo.read_ahead;

-- The prefix is ours, so that a misspelt setting does not pass.
SET dynamo.regoin = 'eu-central-1';

-- Only a superuser may change them.
CREATE ROLE dy_plain;
SET ROLE dy_plain;
SET dynamo.account_id = '000000000001';
SET dynamo.region = 'us-east-1';
SET dynamo.log_client_errors = on;
RESET ROLE;
DROP ROLE dy_plain;
