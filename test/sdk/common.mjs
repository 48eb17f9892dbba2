// common.mjs
//    What the SDK tests share: clients, table names, a table for a test.
//
// The endpoint is AWS_ENDPOINT_URL; without it the tests run against the real
// service.  Every table has a name of its own run, and is deleted at the end.

import { after } from 'node:test';
import { randomBytes } from 'node:crypto';
import {
	DynamoDBClient, CreateTableCommand, DeleteTableCommand, waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export const client = new DynamoDBClient({
	endpoint: process.env.AWS_ENDPOINT_URL,
	region: process.env.AWS_REGION ?? 'us-east-1',
});
export const documents = DynamoDBDocumentClient.from(client, {
	marshallOptions: { removeUndefinedValues: true },
});

const run = randomBytes(4).toString('hex');
let tables = 0;

export function tableName() {
	return `sdk-test-${run}-${++tables}`;
}

// Creates a table with the keys pk and, if wanted, sk (both strings) and returns its name.
export async function makeTable({ sortKey = true, ...more } = {}) {
	const TableName = tableName();
	const names = sortKey ? ['pk', 'sk'] : ['pk'];
	await client.send(new CreateTableCommand({
		TableName,
		BillingMode: 'PAY_PER_REQUEST',
		AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
		KeySchema: names.map((AttributeName, i) => ({ AttributeName, KeyType: i ? 'RANGE' : 'HASH' })),
		...more,
	}));
	await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 }, { TableName });
	after(() => client.send(new DeleteTableCommand({ TableName })).catch(() => {}));
	return TableName;
}

// For assert.rejects: an exception of that name whose message is the text or matches it.
export function fails(name, message) {
	return (error) => {
		if (error.name !== name) throw error;
		const text = error.message ?? error.Message;
		if (message instanceof RegExp ? !message.test(text) : message !== undefined && message !== text) {
			throw new Error(`${name} says: ${text}`);
		}
		return true;
	};
}
