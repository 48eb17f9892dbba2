// electrodb.test.mjs
//    An application on the object mapper ElectroDB: two entities in one
//    table, overloaded indexes, collections, conditional updates, pages.
//
// ElectroDB writes key attributes of its own ("$shop#order_1#id_..."), adds
// conditions and names of attributes to each request, and reads its cursors
// out of LastEvaluatedKey.

import test from 'node:test';
import assert from 'node:assert/strict';
import { Entity, Service } from 'electrodb';
import { documents, makeTable } from './common.mjs';

const attribute = (AttributeName) => ({ AttributeName, AttributeType: 'S' });
const table = await makeTable({
	AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk', 'gsi2pk', 'gsi2sk'].map(attribute),
	GlobalSecondaryIndexes: ['gsi1', 'gsi2'].map((IndexName) => ({
		IndexName,
		KeySchema: [{ AttributeName: `${IndexName}pk`, KeyType: 'HASH' }, { AttributeName: `${IndexName}sk`, KeyType: 'RANGE' }],
		Projection: { ProjectionType: 'ALL' },
	})),
});
const configuration = { client: documents, table };

const Customer = new Entity({
	model: { service: 'shop', entity: 'customer', version: '1' },
	attributes: {
		customerId: { type: 'string', required: true },
		email: { type: 'string', required: true },
		name: { type: 'string', required: true },
		status: { type: ['active', 'blocked'], default: 'active' },
		address: { type: 'map', properties: { city: { type: 'string' }, zip: { type: 'string' } } },
		points: { type: 'number', default: 0 },
		tags: { type: 'set', items: 'string' },
		logins: { type: 'list', items: { type: 'string' } },
		createdAt: { type: 'string', default: () => new Date().toISOString(), readOnly: true },
	},
	indexes: {
		primary: { pk: { field: 'pk', composite: ['customerId'] }, sk: { field: 'sk', composite: [] } },
		byEmail: { index: 'gsi1', pk: { field: 'gsi1pk', composite: ['email'] }, sk: { field: 'gsi1sk', composite: [] } },
		account: { index: 'gsi2', collection: 'account', pk: { field: 'gsi2pk', composite: ['customerId'] }, sk: { field: 'gsi2sk', composite: [] } },
	},
}, configuration);

const Order = new Entity({
	model: { service: 'shop', entity: 'order', version: '1' },
	attributes: {
		orderId: { type: 'string', required: true },
		customerId: { type: 'string', required: true },
		status: { type: ['open', 'paid', 'sent'], default: 'open' },
		placedAt: { type: 'string', required: true },
		total: { type: 'number', required: true },
		lines: { type: 'list', items: { type: 'map', properties: { sku: { type: 'string' }, count: { type: 'number' } } } },
	},
	indexes: {
		primary: { pk: { field: 'pk', composite: ['customerId'] }, sk: { field: 'sk', composite: ['orderId'] } },
		byStatus: { index: 'gsi1', pk: { field: 'gsi1pk', composite: ['status'] }, sk: { field: 'gsi1sk', composite: ['placedAt', 'orderId'] } },
		account: { index: 'gsi2', collection: 'account', pk: { field: 'gsi2pk', composite: ['customerId'] }, sk: { field: 'gsi2sk', composite: ['placedAt'] } },
	},
}, configuration);

const shop = new Service({ customers: Customer, orders: Order }, configuration);

const day = (i) => `2026-01-${String(i + 1).padStart(2, '0')}`;
const ada = { customerId: 'c1', email: 'ada@example.com', name: 'Ada', address: { city: 'London', zip: 'N1' }, tags: ['new', 'vip'] };
const condition = (error) => {
	assert.match(error.message, /The conditional request failed/);
	return true;
};

test('create makes an entity once; put and upsert any number of times', async () => {
	const { data } = await Customer.create(ada).go();
	assert.equal(data.points, 0);
	const { data: got } = await Customer.get({ customerId: 'c1' }).go({ consistent: true });
	assert.deepEqual(got, { ...ada, status: 'active', points: 0, createdAt: data.createdAt });
	await assert.rejects(Customer.create(ada).go(), condition);

	await Customer.put({ ...ada, customerId: 'c2', email: 'bob@example.com', name: 'Bob' }).go();
	await Customer.upsert({ customerId: 'c2', email: 'bob@example.com', name: 'Robert' }).go();
	assert.equal((await Customer.get({ customerId: 'c2' }).go()).data.name, 'Robert');
	assert.equal((await Customer.get({ customerId: 'nobody' }).go()).data, null);
});

test('an entity found by an index', async () => {
	const { data } = await Customer.query.byEmail({ email: 'ada@example.com' }).go();
	assert.deepEqual(data.map((c) => c.customerId), ['c1']);
	assert.deepEqual((await Customer.query.byEmail({ email: 'nobody@example.com' }).go()).data, []);
});

test('updates: set, add, subtract, append, delete from a set, nested paths', async () => {
	const { data } = await Customer.patch({ customerId: 'c1' })
		.set({ name: 'Ada L.' })
		.add({ points: 15, tags: ['loyal'] })
		.append({ logins: ['monday'] })
		.data(({ address }, { set }) => set(address.city, 'Paris'))
		.go({ response: 'all_new' });
	assert.equal(data.points, 15);
	assert.equal(data.name, 'Ada L.');
	assert.deepEqual([...data.tags].sort(), ['loyal', 'new', 'vip']);
	assert.deepEqual(data.logins, ['monday']);
	assert.deepEqual(data.address, { city: 'Paris', zip: 'N1' });

	await Customer.update({ customerId: 'c1' }).subtract({ points: 5 }).delete({ tags: ['new'] }).remove(['logins']).go();
	const { data: after } = await Customer.get({ customerId: 'c1' }).go();
	assert.equal(after.points, 10);
	assert.deepEqual([...after.tags].sort(), ['loyal', 'vip']);
	assert.equal(after.logins, undefined);
	await assert.rejects(Customer.patch({ customerId: 'nobody' }).set({ name: 'x' }).go(), condition);
});

test('a conditional update: spends points only if they are there', async () => {
	const spend = (n) => Customer.patch({ customerId: 'c1' }).subtract({ points: n })
		.where(({ points, status }, { gte, eq }) => `${gte(points, n)} AND ${eq(status, 'active')}`)
		.go({ response: 'updated_new' });
	assert.equal((await spend(4)).data.points, 6);
	await assert.rejects(spend(7), condition);
	const results = await Promise.allSettled(Array.from({ length: 10 }, () => spend(1)));
	assert.equal(results.filter((r) => r.status === 'fulfilled').length, 6);
	assert.equal((await Customer.get({ customerId: 'c1' }).go()).data.points, 0);
});

test('many written and read in batches', async () => {
	const orders = Array.from({ length: 60 }, (_, i) => ({
		orderId: `o${String(i).padStart(3, '0')}`, customerId: i % 3 ? 'c1' : 'c2', placedAt: day(i % 28), total: i,
		status: i % 2 ? 'open' : 'paid', lines: [{ sku: `s${i}`, count: i + 1 }],
	}));
	const { unprocessed } = await Order.put(orders).go({ concurrency: 3 });
	assert.deepEqual(unprocessed, []);
	const { data } = await Order.get(orders.slice(0, 30).map(({ orderId, customerId }) => ({ orderId, customerId })))
		.go({ preserveBatchOrder: true });
	assert.deepEqual(data, orders.slice(0, 30));
});

test('queries: ranges of the sort key, filters, order, chosen attributes', async () => {
	const { data: some } = await Order.query.primary({ customerId: 'c1' }).between({ orderId: 'o010' }, { orderId: 'o020' }).go();
	assert.deepEqual(some.map((o) => o.orderId), ['o010', 'o011', 'o013', 'o014', 'o016', 'o017', 'o019', 'o020']);

	const { data: dear } = await Order.query.byStatus({ status: 'open' }).gte({ placedAt: day(20) })
		.where(({ total }, { gt }) => gt(total, 40)).go({ order: 'desc', pages: 'all', attributes: ['orderId', 'total', 'placedAt'] });
	assert.ok(dear.length > 0);
	assert.ok(dear.every((o) => o.total > 40 && o.placedAt >= day(20) && o.total % 2 === 1 && o.lines === undefined));
	assert.deepEqual(dear.map((o) => o.placedAt), dear.map((o) => o.placedAt).sort().reverse());
});

test('pages: cursors lead through an index, and through a scan', async () => {
	const seen = [];
	let cursor = null;
	let pages = 0;
	do {
		const page = await Order.query.byStatus({ status: 'paid' }).go({ cursor, limit: 7 });
		seen.push(...page.data.map((o) => o.orderId));
		cursor = page.cursor;
		pages += 1;
	} while (cursor !== null && pages < 100);
	assert.equal(seen.length, 30);
	assert.equal(new Set(seen).size, 30);
	assert.ok(pages >= 5);

	const { data: all } = await Order.scan.go({ pages: 'all', limit: 13 });
	assert.equal(all.length, 60);
});

test('a collection holds two entities', async () => {
	const { data } = await shop.collections.account({ customerId: 'c2' }).go({ pages: 'all' });
	assert.deepEqual(data.customers.map((c) => c.name), ['Robert']);
	assert.equal(data.orders.length, 20);
});

test('an entity that changes its index key moves in the index', async () => {
	const open = async () => (await Order.query.byStatus({ status: 'open' }).go({ pages: 'all' })).data.map((o) => o.orderId);
	assert.ok((await open()).includes('o001'));
	await Order.patch({ customerId: 'c1', orderId: 'o001' }).set({ status: 'sent' }).composite({ placedAt: day(1) }).go();
	assert.ok(!(await open()).includes('o001'));
	const { data } = await Order.query.byStatus({ status: 'sent' }).go();
	assert.deepEqual(data.map((o) => o.orderId), ['o001']);
});

test('a transaction over two entities, and one that is cancelled', async () => {
	const place = (orderId, total) => shop.transaction.write(({ customers, orders }) => [
		orders.create({ orderId, customerId: 'c2', placedAt: day(0), total }).commit(),
		customers.patch({ customerId: 'c2' }).add({ points: total })
			.where(({ status }, { eq }) => eq(status, 'active')).commit({ response: 'all_old' }),
	]).go();
	const before = (await Customer.get({ customerId: 'c2' }).go()).data.points;
	assert.equal((await place('t1', 50)).canceled, false);
	const again = await place('t1', 50);
	assert.equal(again.canceled, true);
	assert.deepEqual(again.data.map((r) => r.code), ['ConditionalCheckFailed', 'None']);
	assert.equal((await Customer.get({ customerId: 'c2' }).go()).data.points, before + 50);

	const { data } = await shop.transaction.get(({ customers, orders }) => [
		customers.get({ customerId: 'c2' }).commit(),
		orders.get({ customerId: 'c2', orderId: 't1' }).commit(),
	]).go();
	assert.deepEqual(data.map((r) => r.item.name ?? r.item.total), ['Robert', 50]);
});

test('remove with a condition, delete many', async () => {
	await assert.rejects(Order.remove({ customerId: 'c2', orderId: 't1' }).where(({ status }, { eq }) => eq(status, 'sent')).go(), condition);
	const { data } = await Order.remove({ customerId: 'c2', orderId: 't1' }).go({ response: 'all_old' });
	assert.equal(data.total, 50);
	const { data: rest } = await Order.query.primary({ customerId: 'c1' }).go({ pages: 'all' });
	await Order.delete(rest.map(({ customerId, orderId }) => ({ customerId, orderId }))).go();
	assert.deepEqual((await Order.query.primary({ customerId: 'c1' }).go()).data, []);
});
