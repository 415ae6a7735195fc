-- Takes what still fits under each cap; gives the places (from 1) of those that are full, or null. Without a limit (null)
-- the counter has a live one of its own, as a balance: one that is not there has no room.
CREATE OR REPLACE FUNCTION leads_take_caps(p_keys text[], p_periods text[], p_amounts bigint[], p_limits bigint[])
RETURNS integer[] LANGUAGE plpgsql AS $$
DECLARE
    filled integer[];
BEGIN
    FOR i IN 1 .. cardinality(p_keys) LOOP
        IF p_limits[i] IS NULL THEN
            UPDATE leads_capcounter AS counter
               SET used = counter.used + p_amounts[i], updated_at = clock_timestamp()
             WHERE counter.cap_key = p_keys[i] AND counter.period_key = p_periods[i]
               AND (counter.live_limit IS NULL OR counter.used + p_amounts[i] <= counter.live_limit);
        ELSE
            INSERT INTO leads_capcounter AS counter (cap_key, period_key, used, updated_at)
            SELECT p_keys[i], p_periods[i], p_amounts[i], clock_timestamp() WHERE p_amounts[i] <= p_limits[i]
            ON CONFLICT (cap_key, period_key) DO UPDATE
               SET used = counter.used + EXCLUDED.used, updated_at = EXCLUDED.updated_at
             WHERE counter.used + EXCLUDED.used <= p_limits[i];
        END IF;
        IF NOT FOUND THEN
            filled := filled || i;
        END IF;
    END LOOP;
    RETURN filled;
END $$;
