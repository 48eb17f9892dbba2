// tables.test.mjs
//    Life of a table, through the SDK.

import test, { after } from 'node:test';
import assert from 'node:assert/strict';
import {
	CreateTableCommand, DeleteTableCommand, DescribeTableCommand, ListTablesCommand,
	paginateListTables, waitUntilTableExists, waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { client, fails, makeTable, tableName } from './common.mjs';

const S = (AttributeName) => ({ AttributeName, AttributeType: 'S' });

test('a table is created, described, listed and deleted', async () => {
	const TableName = tableName();
	const { TableDescription: created } = await client.send(new CreateTableCommand({
		TableName,
		AttributeDefinitions: [S('pk'), { AttributeName: 'sk', AttributeType: 'N' }, S('status')],
		KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
		GlobalSecondaryIndexes: [{
			IndexName: 'by-status',
			KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
			Projection: { ProjectionType: 'KEYS_ONLY' },
			ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
		}],
		ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 6 },
	}));
	after(() => client.send(new DeleteTableCommand({ TableName })).catch(() => {}));
	assert.ok(['CREATING', 'ACTIVE'].includes(created.TableStatus));
	assert.equal(created.ItemCount, 0);
	assert.match(created.TableArn, new RegExp(`^arn:aws:dynamodb:[a-z0-9-]+:\\d{12}:table/${TableName}$`));
	assert.match(created.TableId, /^[0-9a-f-]{36}$/);
	assert.ok(created.CreationDateTime instanceof Date);
	assert.ok(Math.abs(created.CreationDateTime - Date.now()) < 300e3);

	await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 }, { TableName });
	const { Table } = await client.send(new DescribeTableCommand({ TableName }));
	assert.equal(Table.TableStatus, 'ACTIVE');
	assert.deepEqual(Table.KeySchema.map((k) => [k.AttributeName, k.KeyType]), [['pk', 'HASH'], ['sk', 'RANGE']]);
	assert.equal(Table.ProvisionedThroughput.ReadCapacityUnits, 5);
	assert.equal(Table.ProvisionedThroughput.WriteCapacityUnits, 6);
	assert.equal(Table.GlobalSecondaryIndexes.length, 1);
	assert.equal(Table.GlobalSecondaryIndexes[0].IndexName, 'by-status');

	const names = [];
	for await (const page of paginateListTables({ client }, {})) names.push(...page.TableNames);
	assert.ok(names.includes(TableName));

	const { TableDescription: deleted } = await client.send(new DeleteTableCommand({ TableName }));
	assert.equal(deleted.TableName, TableName);
	await waitUntilTableNotExists({ client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 }, { TableName });
	await assert.rejects(client.send(new DescribeTableCommand({ TableName })),
		fails('ResourceNotFoundException', `Requested resource not found: Table: ${TableName} not found`));
});

test('ListTables pages in order', async () => {
	const made = [await makeTable(), await makeTable(), await makeTable()].sort();
	const seen = [];
	for await (const page of paginateListTables({ client, pageSize: 1 }, {})) {
		assert.ok(page.TableNames.length <= 1);
		seen.push(...page.TableNames);
	}
	assert.deepEqual(seen, [...seen].sort());
	assert.deepEqual(seen.filter((name) => made.includes(name)), made);
});

test('a table can be made only once', async () => {
	const TableName = await makeTable({ sortKey: false });
	await assert.rejects(client.send(new CreateTableCommand({
		TableName, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [S('pk')],
		KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
	})), fails('ResourceInUseException'));
});

test('what the service refuses is refused', async () => {
	await assert.rejects(client.send(new CreateTableCommand({
		TableName: tableName(), BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [S('other')],
		KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
	})), fails('ValidationException'));
	await assert.rejects(client.send(new DeleteTableCommand({ TableName: tableName() })),
		fails('ResourceNotFoundException'));
	await assert.rejects(client.send(new ListTablesCommand({ Limit: 101 })),
		fails('ValidationException', /less than or equal to 100/));
});
