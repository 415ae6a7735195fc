-- The end of an auction: its bids, what became of the ping, and the winners' places, true together or not at all.
--
-- What nobody waits for is written first; counters are the rows that all auctions of a campaign want, so they come last.

-- One row for each buyer that was asked, given as the table's own columns; binary ones in hex (`\x…`).
CREATE FUNCTION auctions_keep_bids(p_bids json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO auctions_bid SELECT * FROM json_populate_recordset(NULL::auctions_bid, p_bids);
$$;

CREATE FUNCTION auctions_keep_award(p_ping json) RETURNS void LANGUAGE sql AS $$
    UPDATE auctions_ping ping
       SET status = told.status, reason = told.reason, message = told.message, payout = told.payout,
           price = told.price, answered_at = told.answered_at, expires_at = told.expires_at, asked = told.asked,
           lines = told.lines, plan = told.plan, shadow = told.shadow, reservations = told.reservations
      FROM json_populate_record(NULL::auctions_ping, p_ping) told
     WHERE ping.id = told.id;
$$;

-- All of it, the places taken; or, where a counter is full, nothing: `filled` tells which, by place.
CREATE FUNCTION auctions_settle(
    p_bids json, p_ping json, p_keys text[], p_periods text[], p_amounts bigint[], p_limits bigint[],
    OUT filled integer[]
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM auctions_keep_bids(p_bids);
    PERFORM auctions_keep_award(p_ping);
    filled := leads_take_caps(p_keys, p_periods, p_amounts, p_limits);
    IF filled IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SL001';
    END IF;
EXCEPTION WHEN SQLSTATE 'SL001' THEN
    -- What the block wrote is undone; the variable keeps what was found.
END $$;

-- The same in one round trip, by two transactions as `leads_record_now`: the locks go at once, and when it returns
-- the disk has it.
CREATE PROCEDURE auctions_settle_now(
    p_bids json, p_ping json, p_keys text[], p_periods text[], p_amounts bigint[], p_limits bigint[],
    INOUT filled integer[] DEFAULT NULL
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    filled := auctions_settle(p_bids, p_ping, p_keys, p_periods, p_amounts, p_limits);
    COMMIT;
    IF filled IS NULL THEN
        PERFORM pg_logical_emit_message(true, 'sluice', '');
    END IF;
END $$;

-- What is encrypted does not get smaller: do not try.
ALTER TABLE auctions_bid ALTER COLUMN sealed_request SET STORAGE EXTERNAL;
ALTER TABLE auctions_bid ALTER COLUMN sealed_response SET STORAGE EXTERNAL;
ALTER TABLE auctions_ping ALTER COLUMN sealed SET STORAGE EXTERNAL;
