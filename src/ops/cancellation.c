/*-------------------------------------------------------------------------
 *
 * cancellation.c
 *	  Why a transaction was cancelled: one reason for each of its actions.
 *
 * A transaction of the API looks at all its actions, even when one has
 * failed already, so that the client sees every reason at once.  That means
 * catching errors.  It is done without subtransactions, which would cost
 * each action a transaction id, and is sound for one reason: whoever has
 * caught an error here raises TransactionCanceledException in the end, so
 * that the abort cleans up what the error left behind.  Between the two,
 * nothing may be done but collecting more reasons.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/errors.h"
#include "ops/cancellation.h"
#include "wire/response.h"

static void write_reason(DyResponse *r, const DyCancellationReason *reason);

bool
dy_cancellation_any(const DyCancellationReason *reasons, int n)
{
	for (int i = 0; i < n; i++)
		if (reasons[i].code != NULL)
			return true;
	return false;
}

/*
 * TransactionCanceledException; the reasons stand in the message, by code,
 * and in CancellationReasons.
 */
void
dy_cancellation_raise(const DyCancellationReason *reasons, int n)
{
	StringInfoData codes;
	DyResponse	extra;

	initStringInfo(&codes);
	dy_response_init(&extra);
	dy_response_open(&extra, '{');
	dy_response_name(&extra, "CancellationReasons");
	dy_response_open(&extra, '[');
	for (int i = 0; i < n; i++)
	{
		appendStringInfo(&codes, "%s%s", i > 0 ? ", " : "",
						 reasons[i].code != NULL ? reasons[i].code : "None");
		write_reason(&extra, &reasons[i]);
	}
	dy_response_close(&extra, ']');
	dy_response_close(&extra, '}');

	dy_error_extra(DY_ERR_TRANSACTION_CANCELED, extra.text.data,
				   "Transaction cancelled, please refer cancellation reasons for "
				   "specific reasons [%s]", codes.data);
}

/*
 * item is what stands under the key, if the client wants it; else absent.
 */
DyCancellationReason
dy_reason_condition_failed(DyValue item)
{
	DyCancellationReason reason = {
		"ConditionalCheckFailed", "The conditional request failed", item
	};

	return reason;
}

DyCancellationReason
dy_reason_conflict(void)
{
	DyCancellationReason reason = {
		"TransactionConflict", DY_TRANSACTION_CONFLICT_TEXT
	};

	return reason;
}

DyCancellationReason
dy_reason_throttled(const DyThrottleTarget *target, DyThrottleReason throttled)
{
	DyCancellationReason reason = {
		throttled == DY_THROTTLED_PROVISIONED ?
		"ProvisionedThroughputExceeded" : "ThrottlingError",
		dy_throttle_message(target, throttled)
	};

	return reason;
}

bool
dy_cancellation_try(void (*step) (void *arg), void *arg, DyCancellationReason *reason)
{
	MemoryContext context = CurrentMemoryContext;
	volatile bool success = true;

	PG_TRY();
	{
		step(arg);
	}
	PG_CATCH();
	{
		ErrorData  *error;
		DyErrorCode code;

		if (!dy_error_lookup(geterrcode(), &code) || code != DY_ERR_VALIDATION)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		memset(reason, 0, sizeof(DyCancellationReason));
		reason->code = "ValidationError";
		reason->message = error->message;
		success = false;
	}
	PG_END_TRY();
	return success;
}

static void
write_reason(DyResponse *r, const DyCancellationReason *reason)
{
	dy_response_open(r, '{');
	dy_response_name(r, "Code");
	dy_response_string(r, reason->code != NULL ? reason->code : "None");
	if (reason->code != NULL)
	{
		dy_response_name(r, "Message");
		dy_response_string(r, reason->message);
		if (dy_value_present(reason->item))
		{
			dy_response_name(r, "Item");
			dy_response_map(r, reason->item);
		}
	}
	dy_response_close(r, '}');
}
