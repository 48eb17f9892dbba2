// document_client.test.mjs
//    @aws-sdk/lib-dynamodb as applications use it: marshalling in every
//    direction, paginators, waiters, batches and transactions.

import test, { after } from 'node:test';
import assert from 'node:assert/strict';
import {
	CreateTableCommand, DeleteTableCommand, DescribeTableCommand, TransactionCanceledException,
	UpdateTableCommand, waitUntilTableExists, waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import {
	BatchExecuteStatementCommand, BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient, ExecuteStatementCommand,
	ExecuteTransactionCommand, GetCommand, NumberValue, PutCommand, QueryCommand, TransactGetCommand,
	TransactWriteCommand, UpdateCommand, paginateQuery, paginateScan,
} from '@aws-sdk/lib-dynamodb';
import { client, documents, fails, makeTable, tableName } from './common.mjs';

const quick = { client, maxWaitTime: 60, minDelay: 0.1, maxDelay: 2 };
const index = (IndexName, hash, range, projection = { ProjectionType: 'ALL' }) => ({
	IndexName,
	KeySchema: [{ AttributeName: hash, KeyType: 'HASH' }, ...range ? [{ AttributeName: range, KeyType: 'RANGE' }] : []],
	Projection: projection,
});
const attribute = (AttributeName, AttributeType = 'S') => ({ AttributeName, AttributeType });

const TableName = await makeTable({
	AttributeDefinitions: [attribute('pk'), attribute('sk'), attribute('kind'), attribute('n', 'N')],
	GlobalSecondaryIndexes: [index('by-kind', 'kind', 'n')],
	LocalSecondaryIndexes: [index('by-n', 'pk', 'n', { ProjectionType: 'KEYS_ONLY' })],
});
const get = async (pk, sk = 'a') => (await documents.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item;
const padded = (i) => String(i).padStart(4, '0');

// Puts items in batches of 25, as an application has to; sends again what was not processed.
async function load(items) {
	for (let i = 0; i < items.length; i += 25) {
		let requests = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
		while (requests?.length) {
			const { UnprocessedItems } = await documents.send(new BatchWriteCommand({ RequestItems: { [TableName]: requests } }));
			requests = UnprocessedItems?.[TableName];
		}
	}
}

// ------------------------------------------------------------ marshalling

test('every JavaScript value comes back as the same value', async () => {
	const Item = {
		pk: 'types', sk: 'a',
		string: 'gr\u00fc\u00df dich \u{1f30d} \u0000 "quoted" \\ \u2028', empty: '',
		integer: 42, negative: -0.5, huge: Number.MAX_SAFE_INTEGER, zero: 0, small: 1e-100,
		yes: true, no: false, nothing: null,
		list: [1, 'two', null, [], {}, [[['deep']]]], map: { a: { b: { c: [{ d: 1 }] } }, 'with space.and[dot]': 1 },
		strings: new Set(['b', 'a', '\u00e4']), numbers: new Set([3, 1, -2.5]),
		bytes: Uint8Array.from([0, 1, 127, 128, 255]), binaries: new Set([Uint8Array.from([1, 2]), Uint8Array.from([0])]),
	};
	await documents.send(new PutCommand({ TableName, Item }));
	const got = await get('types');

	assert.deepEqual([...got.strings].sort(), [...Item.strings].sort());
	assert.deepEqual([...got.numbers].sort((a, b) => a - b), [-2.5, 1, 3]);
	assert.deepEqual([...got.binaries].map((b) => [...b]).sort(), [[0], [1, 2]]);
	assert.deepEqual([...got.bytes], [...Item.bytes]);
	for (const name of ['strings', 'numbers', 'binaries', 'bytes']) {
		assert.equal(got[name].constructor, Item[name].constructor, name);
		delete got[name];
		delete Item[name];
	}
	assert.deepEqual(got, Item);
});

test('numbers beyond a double: NumberValue and BigInt', async () => {
	const exact = '12345678901234567890.123456789012345678';
	const precise = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: true } });
	await precise.send(new PutCommand({
		TableName, Item: { pk: 'numbers', sk: 'a', exact: NumberValue.from(exact), big: 2n ** 120n, set: new Set([10n ** 30n, 1n]) },
	}));
	const { Attributes } = await precise.send(new UpdateCommand({
		TableName, Key: { pk: 'numbers', sk: 'a' }, UpdateExpression: 'SET big = big + :one',
		ExpressionAttributeValues: { ':one': 1 }, ReturnValues: 'ALL_NEW',
	}));
	assert.equal(Attributes.exact.toString(), exact);
	assert.equal(Attributes.big.toBigInt(), 2n ** 120n + 1n);
	assert.deepEqual([...Attributes.set].map((v) => v.toBigInt()).sort(), [1n, 10n ** 30n]);
});

test('options of the marshaller', async () => {
	const lax = DynamoDBDocumentClient.from(client, {
		marshallOptions: { removeUndefinedValues: true, convertEmptyValues: true, convertClassInstanceToMap: true },
	});
	class Point {
		constructor(x, y) {
			this.x = x;
			this.y = y;
		}
	}
	await lax.send(new PutCommand({
		TableName, Item: { pk: 'options', sk: 'a', gone: undefined, empty: '', none: new Set(), at: new Point(1, 2) },
	}));
	assert.deepEqual(await get('options'), { pk: 'options', sk: 'a', empty: null, none: null, at: { x: 1, y: 2 } });
	await assert.rejects(documents.send(new PutCommand({ TableName, Item: { pk: 'options', sk: 'b', n: 'no number' } })),
		fails('ValidationException', /Type mismatch for Index Key n Expected: N Actual: S/));
});

// -------------------------------------------------------------- paginators

test('paginateQuery: pages, order, start, filter', async () => {
	await load(Array.from({ length: 57 }, (_, i) => ({ pk: 'pages', sk: padded(i), odd: i % 2 === 1 })));
	// a new one each time: the paginator writes Limit and ExclusiveStartKey into it
	const query = () => ({
		TableName, KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)', ExpressionAttributeValues: { ':p': 'pages', ':s': '00' },
	});
	const sizes = [];
	const seen = [];
	for await (const page of paginateQuery({ client: documents, pageSize: 10 }, query())) {
		sizes.push(page.Count);
		seen.push(...page.Items.map((item) => item.sk));
	}
	assert.deepEqual(sizes, [10, 10, 10, 10, 10, 7]);
	assert.deepEqual(seen, Array.from({ length: 57 }, (_, i) => padded(i)));

	const back = [];
	for await (const page of paginateQuery({ client: documents, pageSize: 20 }, { ...query(), ScanIndexForward: false })) {
		back.push(...page.Items.map((item) => item.sk));
	}
	assert.deepEqual(back, [...seen].reverse());

	// from the middle, after an item that never was
	const rest = [];
	const from = { client: documents, pageSize: 7, startingToken: { pk: 'pages', sk: '0049+' } };
	for await (const page of paginateQuery(from, query())) rest.push(...page.Items.map((item) => item.sk));
	assert.deepEqual(rest, seen.slice(50));

	// a filter works behind the limit: short and empty pages are pages
	let [scanned, counted] = [0, 0];
	for await (const page of paginateQuery({ client: documents, pageSize: 1 }, {
		...query(), FilterExpression: 'odd = :yes', ExpressionAttributeValues: { ...query().ExpressionAttributeValues, ':yes': true },
	})) {
		scanned += page.ScannedCount;
		counted += page.Count;
		assert.ok(page.Count <= 1);
	}
	assert.deepEqual([scanned, counted], [57, 28]);
});

test('paginateQuery: an index with equal keys loses and doubles nothing', async () => {
	await load(Array.from({ length: 40 }, (_, i) => ({ pk: `equal-${i % 10}`, sk: padded(i), kind: 'equal', n: i % 3 })));
	const seen = [];
	for await (const page of paginateQuery({ client: documents, pageSize: 3 }, {
		TableName, IndexName: 'by-kind', KeyConditionExpression: 'kind = :k', ExpressionAttributeValues: { ':k': 'equal' },
	})) seen.push(...page.Items);
	assert.equal(seen.length, 40);
	assert.equal(new Set(seen.map((item) => item.sk)).size, 40);
	assert.deepEqual(seen.map((item) => item.n), seen.map((item) => item.n).sort());

	// keys only: what the index holds, no more
	const { Items } = await documents.send(new QueryCommand({
		TableName, IndexName: 'by-n', KeyConditionExpression: 'pk = :p AND n > :n', ExpressionAttributeValues: { ':p': 'equal-1', ':n': 0 },
	}));
	assert.deepEqual(Items.map((item) => Object.keys(item).sort()), Items.map(() => ['n', 'pk', 'sk']));
	assert.deepEqual(Items.map((item) => item.n), [1, 1, 2]);
});

test('paginateQuery: pages of one megabyte without a limit', async () => {
	await Promise.all(Array.from({ length: 12 }, (_, i) => documents.send(new PutCommand({
		TableName, Item: { pk: 'large', sk: padded(i), data: 'x'.repeat(200_000) },
	}))));
	const sizes = [];
	for await (const page of paginateQuery({ client: documents }, {
		TableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': 'large' },
	})) sizes.push(page.Count);
	assert.deepEqual(sizes, [6, 6].concat(sizes.slice(2)));
	assert.equal(sizes.reduce((a, b) => a + b), 12);
});

test('paginateScan: one pass and parallel segments see the same', async () => {
	const FilterExpression = 'begins_with(pk, :p)';
	const ExpressionAttributeValues = { ':p': 'scan-' };
	await load(Array.from({ length: 60 }, (_, i) => ({ pk: `scan-${i}`, sk: 'a' })));
	const collect = async (more) => {
		const keys = [];
		for await (const page of paginateScan({ client: documents, pageSize: 17 }, {
			TableName, FilterExpression, ExpressionAttributeValues, ...more,
		})) keys.push(...page.Items.map((item) => item.pk));
		return keys;
	};
	const whole = await collect({});
	assert.equal(new Set(whole).size, 60);
	const parts = await Promise.all([0, 1, 2, 3].map((Segment) => collect({ Segment, TotalSegments: 4 })));
	assert.deepEqual(parts.flat().sort(), [...whole].sort());
	assert.ok(parts.filter((part) => part.length > 0).length > 1);
	let count = 0;
	for await (const page of paginateScan({ client: documents }, {
		TableName, Select: 'COUNT', FilterExpression, ExpressionAttributeValues,
	})) {
		assert.equal(page.Items, undefined);
		count += page.Count;
	}
	assert.equal(count, 60);
});

// ----------------------------------------------------------------- waiters

test('waiters: a table that comes and goes, one that never comes', async () => {
	const name = tableName();
	const comes = waitUntilTableExists(quick, { TableName: name });
	await client.send(new CreateTableCommand({
		TableName: name, BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [attribute('pk')],
		KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
	}));
	after(() => client.send(new DeleteTableCommand({ TableName: name })).catch(() => {}));
	assert.equal((await comes).state, 'SUCCESS');
	const goes = waitUntilTableNotExists(quick, { TableName: name });
	await client.send(new DeleteTableCommand({ TableName: name }));
	assert.equal((await goes).state, 'SUCCESS');
	await assert.rejects(waitUntilTableExists({ ...quick, maxWaitTime: 1 }, { TableName: name }), { name: 'TimeoutError' });
});

test('an index added to a full table is filled, then queried', async () => {
	const name = await makeTable();
	const items = Array.from({ length: 25 }, (_, i) => ({ pk: `p${i}`, sk: 'a', ...i % 5 ? { colour: i % 2 ? 'red' : 'blue' } : {} }));
	await documents.send(new BatchWriteCommand({ RequestItems: { [name]: items.map((Item) => ({ PutRequest: { Item } })) } }));
	await client.send(new UpdateTableCommand({
		TableName: name, AttributeDefinitions: [attribute('colour')],
		GlobalSecondaryIndexUpdates: [{ Create: index('by-colour', 'colour') }],
	}));
	const deadline = Date.now() + 60e3;
	for (;;) {
		const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
		if (Table.GlobalSecondaryIndexes[0].IndexStatus === 'ACTIVE') break;
		assert.ok(Date.now() < deadline, 'the index becomes ACTIVE');
		await new Promise((resolve) => { setTimeout(resolve, 100); });
	}
	const { Count } = await documents.send(new QueryCommand({
		TableName: name, IndexName: 'by-colour', KeyConditionExpression: 'colour = :c', ExpressionAttributeValues: { ':c': 'red' },
	}));
	assert.equal(Count, items.filter((item) => item.colour === 'red').length);
});

// ----------------------------------------------------------------- batches

test('batches: put, get with a projection, delete, over two tables', async () => {
	const other = await makeTable({ sortKey: false });
	await documents.send(new BatchWriteCommand({
		RequestItems: {
			[TableName]: [1, 2, 3].map((i) => ({ PutRequest: { Item: { pk: 'batch', sk: padded(i), v: i } } })),
			[other]: [{ PutRequest: { Item: { pk: 'batch', set: new Set(['x']) } } }],
		},
	}));
	const { Responses, UnprocessedKeys } = await documents.send(new BatchGetCommand({
		RequestItems: {
			[TableName]: {
				Keys: [1, 2, 9].map((i) => ({ pk: 'batch', sk: padded(i) })), ProjectionExpression: 'sk, #v',
				ExpressionAttributeNames: { '#v': 'v' }, ConsistentRead: true,
			},
			[other]: { Keys: [{ pk: 'batch' }] },
		},
	}));
	assert.deepEqual(UnprocessedKeys, {});
	assert.deepEqual(Responses[TableName].sort((a, b) => a.v - b.v), [{ sk: '0001', v: 1 }, { sk: '0002', v: 2 }]);
	assert.deepEqual(Responses[other], [{ pk: 'batch', set: new Set(['x']) }]);

	await documents.send(new BatchWriteCommand({
		RequestItems: {
			[TableName]: [
				{ DeleteRequest: { Key: { pk: 'batch', sk: '0001' } } },
				{ DeleteRequest: { Key: { pk: 'batch', sk: 'never was' } } },
				{ PutRequest: { Item: { pk: 'batch', sk: '0002', v: 'new' } } },
			],
		},
	}));
	const { Items } = await documents.send(new QueryCommand({
		TableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': 'batch' },
	}));
	assert.deepEqual(Items, [{ pk: 'batch', sk: '0002', v: 'new' }, { pk: 'batch', sk: '0003', v: 3 }]);
	await assert.rejects(documents.send(new BatchWriteCommand({
		RequestItems: { [TableName]: [1, 1].map(() => ({ PutRequest: { Item: { pk: 'twice', sk: 'a' } } })) },
	})), fails('ValidationException', 'Provided list of item keys contains duplicates'));
});

// ------------------------------------------------------------ transactions

test('a transaction: four kinds of action, all or nothing', async () => {
	const Key = (sk) => ({ pk: 'transact', sk });
	await documents.send(new PutCommand({ TableName, Item: { ...Key('stock'), left: 3 } }));
	await documents.send(new PutCommand({ TableName, Item: { ...Key('cart'), open: true } }));
	await documents.send(new PutCommand({ TableName, Item: { ...Key('customer'), active: true } }));
	const order = (id, count, more = {}) => documents.send(new TransactWriteCommand({
		TransactItems: [
			{ Put: { TableName, Item: { ...Key(`order#${id}`), count }, ConditionExpression: 'attribute_not_exists(pk)' } },
			{
				Update: {
					TableName, Key: Key('stock'), UpdateExpression: 'SET #l = #l - :n', ConditionExpression: '#l >= :n',
					ExpressionAttributeNames: { '#l': 'left' }, ExpressionAttributeValues: { ':n': count },
					ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
				},
			},
			{ Delete: { TableName, Key: Key('cart') } },
			{
				ConditionCheck: {
					TableName, Key: Key('customer'), ConditionExpression: 'active = :yes', ExpressionAttributeValues: { ':yes': true },
				},
			},
		],
		...more,
	}));
	await order(1, 2);
	assert.equal((await get('transact', 'stock')).left, 1);
	assert.equal(await get('transact', 'cart'), undefined);

	await documents.send(new PutCommand({ TableName, Item: { ...Key('cart'), open: true } }));
	await assert.rejects(order(1, 2), (error) => {
		assert.ok(error instanceof TransactionCanceledException);
		assert.equal(error.message, 'Transaction cancelled, please refer cancellation reasons for specific reasons '
			+ '[ConditionalCheckFailed, ConditionalCheckFailed, None, None]');
		assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code),
			['ConditionalCheckFailed', 'ConditionalCheckFailed', 'None', 'None']);
		assert.equal(error.CancellationReasons[0].Item, undefined);
		assert.equal(error.CancellationReasons[1].Message, 'The conditional request failed');
		// lib-dynamodb unmarshals answers, not exceptions
		assert.deepEqual(error.CancellationReasons[1].Item.left, { N: '1' });
		return true;
	});
	assert.equal((await get('transact', 'stock')).left, 1);
	assert.deepEqual(await get('transact', 'cart'), { ...Key('cart'), open: true });

	// the same token is the same order; another order with it is refused
	const ClientRequestToken = `token-${TableName}`.slice(-36);
	await order(2, 1, { ClientRequestToken });
	await order(2, 1, { ClientRequestToken });
	assert.equal((await get('transact', 'stock')).left, 0);
	await assert.rejects(order(3, 1, { ClientRequestToken }), fails('IdempotentParameterMismatchException'));

	const { Responses } = await documents.send(new TransactGetCommand({
		TransactItems: ['order#2', 'nothing', 'stock'].map((sk) => ({ Get: { TableName, Key: Key(sk) } })),
	}));
	assert.deepEqual(Responses.map((r) => r.Item), [{ ...Key('order#2'), count: 1 }, undefined, { ...Key('stock'), left: 0 }]);
});

test('money moved by concurrent transactions is neither made nor lost', async () => {
	const accounts = [0, 1, 2, 3];
	await load(accounts.map((i) => ({ pk: 'bank', sk: padded(i), balance: 100 })));
	const move = (from, to, amount) => documents.send(new TransactWriteCommand({
		TransactItems: [[from, -amount], [to, amount]].map(([i, delta]) => ({
			Update: {
				TableName, Key: { pk: 'bank', sk: padded(i) }, UpdateExpression: 'ADD balance :d', ConditionExpression: 'balance >= :least',
				ExpressionAttributeValues: { ':d': delta, ':least': -delta },
			},
		})),
	}));
	const moves = await Promise.allSettled(Array.from({ length: 60 }, (_, i) => move(i % 4, (i + 1 + i % 3) % 4, 1 + i % 60)));
	for (const { reason } of moves.filter((m) => m.status === 'rejected')) {
		assert.equal(reason.name, 'TransactionCanceledException');
		for (const { Code } of reason.CancellationReasons) {
			assert.ok(['None', 'ConditionalCheckFailed', 'TransactionConflict'].includes(Code), Code);
		}
	}
	assert.ok(moves.some((m) => m.status === 'fulfilled'));
	const { Items } = await documents.send(new QueryCommand({
		TableName, KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': 'bank' }, ConsistentRead: true,
	}));
	assert.equal(Items.reduce((sum, item) => sum + item.balance, 0), 400);
	assert.ok(Items.every((item) => item.balance >= 0));
});

// ----------------------------------------------------------------- PartiQL

test('PartiQL through the document client', async () => {
	const run = (Statement, ...Parameters) => documents.send(new ExecuteStatementCommand({
		Statement, ...Parameters.length ? { Parameters } : {},
	}));
	await run(`INSERT INTO "${TableName}" VALUE {'pk': ?, 'sk': ?, 'tags': ?, 'n': 1}`, 'partiql', 'a', new Set(['x']));
	await run(`UPDATE "${TableName}" SET n = n + ? SET note = ? WHERE pk = ? AND sk = ?`, 2, 'said', 'partiql', 'a');
	const { Items } = await run(`SELECT n, note, tags FROM "${TableName}" WHERE pk = ? AND begins_with(sk, ?)`, 'partiql', 'a');
	assert.deepEqual(Items, [{ n: 3, note: 'said', tags: new Set(['x']) }]);
	const { Responses } = await documents.send(new BatchExecuteStatementCommand({
		Statements: ['a', 'nothing'].map((sk) => ({
			Statement: `SELECT sk FROM "${TableName}" WHERE pk = ? AND sk = ?`, Parameters: ['partiql', sk],
		})),
	}));
	assert.deepEqual(Responses.map((r) => r.Item), [{ sk: 'a' }, undefined]);
	await assert.rejects(documents.send(new ExecuteTransactionCommand({
		TransactStatements: [
			{ Statement: `DELETE FROM "${TableName}" WHERE pk = 'partiql' AND sk = 'a'` },
			{ Statement: `INSERT INTO "${TableName}" VALUE {'pk': 'types', 'sk': 'a'}` },
		],
	})), (error) => {
		assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ['None', 'DuplicateItem']);
		return true;
	});
	assert.equal((await get('partiql')).n, 3);
});
