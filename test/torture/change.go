package main

import "strings"

// change is what one write makes of one item.  A value is the item's attribute
// v; 0 is no item.  Where from is to, the write only checks.
type change struct {
	name     string
	from, to int64
	blind    bool // no condition: whatever the item was before
}

// groupOf is an item's key in by_group, "" if it has none: only those of the
// ledger are there.
func groupOf(name string) string {
	if !strings.HasPrefix(name, "l") {
		return ""
	}
	return "group" + name[len(name)-1:]
}

func (c change) item() object {
	item := key(c.name)
	item["v"] = n(c.to)
	if group := groupOf(c.name); group != "" {
		item["g"] = s(group)
	}
	return item
}

// write is the change as an action of TransactWriteItems: its name, and its
// parameters.  But for ConditionCheck, an operation on its own takes the same
// ones, and has Item at the end of its name.  update prefers Update to Put.
func (c change) write(update bool) (string, object) {
	condition := "v = :old"
	if c.from == 0 {
		condition = "attribute_not_exists(pk)"
	}
	request := object{"TableName": table}
	values := object{}
	if !c.blind {
		request["ConditionExpression"] = condition
		if c.from != 0 {
			values[":old"] = n(c.from)
		}
	}
	name := "Put"
	switch {
	case !c.blind && c.from == c.to:
		name = "ConditionCheck"
	case c.to == 0:
		name = "Delete"
	case update && (c.from != 0 || groupOf(c.name) == ""):
		name = "Update"
		request["UpdateExpression"] = "SET v = :new"
		values[":new"] = n(c.to)
	}
	if name == "Put" {
		request["Item"] = c.item()
	} else {
		request["Key"] = key(c.name)
	}
	if len(values) > 0 {
		request["ExpressionAttributeValues"] = values
	}
	return name, request
}

// action is an element of TransactItems.
func (c change) action(update bool) object {
	name, request := c.write(update)
	return object{name: request}
}

// batchRequest is an element of a table's RequestItems.
func (c change) batchRequest() object {
	if c.to == 0 {
		return object{"DeleteRequest": object{"Key": key(c.name)}}
	}
	return object{"PutRequest": object{"Item": c.item()}}
}

// statement is the change in PartiQL, whose writes all have conditions: an
// INSERT is of a new item, an UPDATE or DELETE here of one with the old value.
func (c change) statement() object {
	const where = ` WHERE pk = ? AND sk = '0' AND v = ?`
	old := []object{s(c.name), n(c.from)}
	switch {
	case c.from == c.to:
		return statement(`EXISTS(SELECT * FROM "`+table+`"`+where+`)`, old...)
	case c.to == 0:
		return statement(`DELETE FROM "`+table+`"`+where, old...)
	case c.from != 0:
		return statement(`UPDATE "`+table+`" SET v = ?`+where, append([]object{n(c.to)}, old...)...)
	case groupOf(c.name) == "":
		return statement(`INSERT INTO "`+table+`" VALUE {'pk': ?, 'sk': '0', 'v': ?}`, s(c.name), n(c.to))
	default:
		return statement(`INSERT INTO "`+table+`" VALUE {'pk': ?, 'sk': '0', 'v': ?, 'g': ?}`,
			s(c.name), n(c.to), s(groupOf(c.name)))
	}
}

// statement is a request of ExecuteStatement, or an element of one of many.
func statement(text string, parameters ...object) object {
	return object{"Statement": text, "Parameters": parameters}
}

func readStatement(name string) object {
	return statement(`SELECT * FROM "`+table+`" WHERE pk = ? AND sk = '0'`, s(name))
}
