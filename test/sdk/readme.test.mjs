// readme.test.mjs
//    The JavaScript of README.md, run as it stands there.
//
// It works on the table of make start's tour; here that table holds the one
// item that the example updates.  (The README's SQL is test/tap/304_readme.pl.)

import test, { after } from 'node:test';
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { CreateTableCommand, DeleteTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { client, documents } from './common.mjs';

const local = /^http:\/\/(127\.|localhost)/.test(process.env.AWS_ENDPOINT_URL ?? '');

test('the example of the README', { skip: !local && 'its table has a fixed name' }, async () => {
	const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
	const blocks = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]);
	assert.equal(blocks.length, 1);

	const TableName = 'GameShop';
	await client.send(new CreateTableCommand({
		TableName, BillingMode: 'PAY_PER_REQUEST',
		AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
		KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
	}));
	after(() => client.send(new DeleteTableCommand({ TableName })));
	await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 }, { TableName });
	await documents.send(new PutCommand({ TableName, Item: { pk: 'USER#u0007', sk: 'PROFILE', logins: 41 } }));

	// beside this file, so that it finds the packages
	const file = new URL(`readme-example-${process.pid}.mjs`, import.meta.url);
	after(() => rm(file, { force: true }));
	await writeFile(file, `${blocks[0]}\nexport { Attributes };\n`);
	const { Attributes } = await import(file.href);
	assert.deepEqual(Attributes, { logins: 42 });
});
