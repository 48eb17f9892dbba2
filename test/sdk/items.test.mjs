// items.test.mjs
//    Put, get, update and delete items, through the SDK's two clients.

import test from 'node:test';
import assert from 'node:assert/strict';
import {
	ConditionalCheckFailedException, DeleteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { client, documents, fails, makeTable } from './common.mjs';

const TableName = await makeTable();
const key = (pk, sk = 'a') => ({ pk: { S: pk }, sk: { S: sk } });

test('every type comes back as it went in', async () => {
	const Item = {
		...key('types'),
		string: { S: 'gr\u00fc\u00df dich \u{1f30d} \u0000 "quoted" \\' },
		empty: { S: '' },
		number: { N: '-12345678901234567890.123456789012345678' },
		tiny: { N: '1e-130' },
		binary: { B: Uint8Array.from([0, 1, 254, 255]) },
		yes: { BOOL: true },
		nothing: { NULL: true },
		list: { L: [{ S: 'a' }, { N: '1' }, { L: [] }, { M: {} }] },
		map: { M: { deeper: { M: { deepest: { BOOL: false } } } } },
		strings: { SS: ['b', 'a'] },
		numbers: { NS: ['3', '1', '2.50'] },
		binaries: { BS: [Uint8Array.from([1]), Uint8Array.from([0])] },
	};
	await client.send(new PutItemCommand({ TableName, Item }));
	const { Item: got } = await client.send(new GetItemCommand({ TableName, Key: key('types'), ConsistentRead: true }));
	for (const set of ['strings', 'numbers', 'binaries']) {
		const [type] = Object.keys(Item[set]);
		const order = (list) => list.map((v) => (type === 'NS' ? String(Number(v)) : Buffer.from(v).toString('hex'))).sort();
		assert.deepEqual(order(got[set][type]), order(Item[set][type]), set);
		delete got[set];
	}
	assert.equal(got.tiny.N, `0.${'0'.repeat(129)}1`);
	delete got.tiny;
	const { strings, numbers, binaries, tiny, ...rest } = Item;
	assert.deepEqual(got, rest);
});

test('the document client round-trips plain objects', async () => {
	const Item = {
		pk: 'document', sk: 'a', name: 'Ada', age: 36, tags: new Set(['x', 'y']),
		address: { city: 'London', lines: ['1 Strand', null, true] }, raw: Uint8Array.from([7, 8]),
	};
	await documents.send(new PutCommand({ TableName, Item }));
	const { Item: got } = await documents.send(new GetCommand({ TableName, Key: { pk: 'document', sk: 'a' } }));
	assert.deepEqual({ ...got, raw: Uint8Array.from(got.raw) }, Item);
});

test('a missing item is no item', async () => {
	const answer = await client.send(new GetItemCommand({ TableName, Key: key('nobody') }));
	assert.equal(answer.Item, undefined);
});

test('put replaces, and returns what was there when asked', async () => {
	await client.send(new PutItemCommand({ TableName, Item: { ...key('put'), a: { N: '1' }, b: { N: '2' } } }));
	const { Attributes } = await client.send(new PutItemCommand({
		TableName, Item: { ...key('put'), c: { N: '3' } }, ReturnValues: 'ALL_OLD',
	}));
	assert.deepEqual(Attributes, { ...key('put'), a: { N: '1' }, b: { N: '2' } });
	const { Item } = await client.send(new GetItemCommand({ TableName, Key: key('put') }));
	assert.deepEqual(Item, { ...key('put'), c: { N: '3' } });
});

test('a projection picks paths', async () => {
	await documents.send(new PutCommand({
		TableName, Item: { pk: 'path', sk: 'a', name: 'n', list: ['zero', 'one', 'two'], map: { a: 1, b: { c: 2, d: 3 } } },
	}));
	const { Item } = await documents.send(new GetCommand({
		TableName, Key: { pk: 'path', sk: 'a' },
		ProjectionExpression: '#n, #list[1], #map.b.c',
		ExpressionAttributeNames: { '#n': 'name', '#list': 'list', '#map': 'map' },
	}));
	assert.deepEqual(Item, { name: 'n', list: ['one'], map: { b: { c: 2 } } });
});

test('update: SET, REMOVE, ADD and DELETE in one expression', async () => {
	await documents.send(new PutCommand({
		TableName, Item: { pk: 'update', sk: 'a', n: 1, gone: 'x', s: new Set(['a', 'b']), list: [1] },
	}));
	const { Attributes } = await documents.send(new UpdateCommand({
		TableName, Key: { pk: 'update', sk: 'a' },
		UpdateExpression: 'SET #l = list_append(#l, :more), fresh = if_not_exists(fresh, :v) REMOVE gone ADD n :five DELETE s :a',
		ExpressionAttributeNames: { '#l': 'list' },
		ExpressionAttributeValues: { ':more': [2, 3], ':v': 'first', ':five': 5, ':a': new Set(['a']) },
		ReturnValues: 'ALL_NEW',
	}));
	assert.deepEqual(Attributes, {
		pk: 'update', sk: 'a', n: 6, s: new Set(['b']), list: [1, 2, 3], fresh: 'first',
	});
});

test('update returns old or new, all or what changed', async () => {
	const Key = key('returns');
	const update = (ReturnValues, v) => client.send(new UpdateItemCommand({
		TableName, Key, UpdateExpression: 'SET a = :v', ExpressionAttributeValues: { ':v': { N: v } }, ReturnValues,
	})).then((answer) => answer.Attributes);
	await client.send(new PutItemCommand({ TableName, Item: { ...Key, a: { N: '0' }, b: { N: '9' } } }));
	assert.equal(await update('NONE', '1'), undefined);
	assert.deepEqual(await update('UPDATED_OLD', '2'), { a: { N: '1' } });
	assert.deepEqual(await update('UPDATED_NEW', '3'), { a: { N: '3' } });
	assert.deepEqual(await update('ALL_OLD', '4'), { ...Key, a: { N: '3' }, b: { N: '9' } });
	assert.deepEqual(await update('ALL_NEW', '5'), { ...Key, a: { N: '5' }, b: { N: '9' } });
});

test('an update makes the item if there is none', async () => {
	await client.send(new UpdateItemCommand({
		TableName, Key: key('upsert'), UpdateExpression: 'ADD visits :one', ExpressionAttributeValues: { ':one': { N: '1' } },
	}));
	const { Item } = await client.send(new GetItemCommand({ TableName, Key: key('upsert') }));
	assert.deepEqual(Item, { ...key('upsert'), visits: { N: '1' } });
});

test('a condition that fails changes nothing and can show the item', async () => {
	const Item = { ...key('condition'), version: { N: '1' } };
	await client.send(new PutItemCommand({ TableName, Item }));
	await assert.rejects(client.send(new PutItemCommand({
		TableName, Item: { ...key('condition'), version: { N: '2' } },
		ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
	})), (error) => {
		assert.ok(error instanceof ConditionalCheckFailedException);
		assert.equal(error.message, 'The conditional request failed');
		assert.deepEqual(error.Item, Item);
		return true;
	});
	const { Item: got } = await client.send(new GetItemCommand({ TableName, Key: key('condition') }));
	assert.deepEqual(got, Item);
});

test('delete, with a condition and the old item', async () => {
	await client.send(new PutItemCommand({ TableName, Item: { ...key('delete'), a: { S: 'x' } } }));
	await assert.rejects(client.send(new DeleteItemCommand({
		TableName, Key: key('delete'), ConditionExpression: 'a = :y', ExpressionAttributeValues: { ':y': { S: 'y' } },
	})), fails('ConditionalCheckFailedException'));
	const { Attributes } = await documents.send(new DeleteCommand({
		TableName, Key: { pk: 'delete', sk: 'a' }, ReturnValues: 'ALL_OLD',
	}));
	assert.deepEqual(Attributes, { pk: 'delete', sk: 'a', a: 'x' });
	const again = await client.send(new DeleteItemCommand({ TableName, Key: key('delete'), ReturnValues: 'ALL_OLD' }));
	assert.equal(again.Attributes, undefined);
});

test('a hundred concurrent increments are all there', async () => {
	const Key = key('counter');
	await Promise.all(Array.from({ length: 100 }, () => client.send(new UpdateItemCommand({
		TableName, Key, UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } },
	}))));
	const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
	assert.equal(Item.n.N, '100');
});

test('of many writers who want to be first, one is', async () => {
	const attempts = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => client.send(new PutItemCommand({
		TableName, Item: { ...key('first'), winner: { N: String(i) } }, ConditionExpression: 'attribute_not_exists(pk)',
	}))));
	assert.equal(attempts.filter((a) => a.status === 'fulfilled').length, 1);
	for (const { reason } of attempts.filter((a) => a.status === 'rejected')) {
		assert.equal(reason.name, 'ConditionalCheckFailedException');
	}
});

test('consumed capacity', async () => {
	const Item = { ...key('capacity'), data: { S: 'x'.repeat(1500) } };
	const put = await client.send(new PutItemCommand({ TableName, Item, ReturnConsumedCapacity: 'TOTAL' }));
	assert.equal(put.ConsumedCapacity.CapacityUnits, 2);
	const get = (ConsistentRead) => client.send(new GetItemCommand({
		TableName, Key: key('capacity'), ConsistentRead, ReturnConsumedCapacity: 'TOTAL',
	}));
	assert.equal((await get(false)).ConsumedCapacity.CapacityUnits, 0.5);
	assert.equal((await get(true)).ConsumedCapacity.CapacityUnits, 1);
});

test('what the service refuses is refused, in its words', async () => {
	await assert.rejects(client.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } })),
		fails('ValidationException', 'The provided key element does not match the schema'));
	await assert.rejects(client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' } } })),
		fails('ValidationException', 'One or more parameter values were invalid: Missing the key sk in the item'));
	await assert.rejects(client.send(new PutItemCommand({
		TableName, Item: { ...key('big'), data: { S: 'x'.repeat(400 * 1024) } },
	})), fails('ValidationException', 'Item size has exceeded the maximum allowed size'));
	await assert.rejects(client.send(new UpdateItemCommand({
		TableName, Key: key('a'), UpdateExpression: 'SET a = :missing',
	})), fails('ValidationException', /An expression attribute value used in expression is not defined; attribute value: :missing$/));
	await assert.rejects(client.send(new GetItemCommand({ TableName: 'sdk-test-nowhere', Key: key('a') })),
		fails('ResourceNotFoundException', 'Requested resource not found'));
});

test('a request with another secret is refused', { skip: !process.env.AWS_ENDPOINT_URL }, async () => {
	const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
	const { accessKeyId } = await client.config.credentials();
	const stranger = new DynamoDBClient({
		endpoint: process.env.AWS_ENDPOINT_URL, region: process.env.AWS_REGION, maxAttempts: 1,
		credentials: { accessKeyId, secretAccessKey: 'wrong' },
	});
	await assert.rejects(stranger.send(new GetItemCommand({ TableName, Key: key('a') })),
		fails('InvalidSignatureException'));
});
