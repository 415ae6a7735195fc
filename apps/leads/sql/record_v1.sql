-- Recording a lead: everything that must be true together, in one call.
--
-- Locks are taken in one order everywhere: claims as the caller sorted them (by digest), then counters as the caller
-- sorted them (by key, downwards). Counters are the rows that all leads of a campaign want, so they come last and are
-- held for the shortest time.

-- Takes what still fits under each cap; gives the places (from 1) of those that are full, or null.
CREATE FUNCTION leads_take_caps(p_keys text[], p_periods text[], p_amounts bigint[], p_limits bigint[])
RETURNS integer[] LANGUAGE plpgsql AS $$
DECLARE
    filled integer[];
BEGIN
    FOR i IN 1 .. cardinality(p_keys) LOOP
        INSERT INTO leads_capcounter AS counter (cap_key, period_key, used, updated_at)
        SELECT p_keys[i], p_periods[i], p_amounts[i], clock_timestamp() WHERE p_amounts[i] <= p_limits[i]
        ON CONFLICT (cap_key, period_key) DO UPDATE
           SET used = counter.used + EXCLUDED.used, updated_at = EXCLUDED.updated_at
         WHERE counter.used + EXCLUDED.used <= p_limits[i];
        IF NOT FOUND THEN
            filled := filled || i;
        END IF;
    END LOOP;
    RETURN filled;
END $$;

-- Takes claims that nobody holds, or that were taken before p_since; gives the places of those that are lost, or null.
CREATE FUNCTION leads_take_claims(
    p_lead_id bigint, p_at timestamptz, p_scopes text[], p_digests bytea[], p_since timestamptz[]
) RETURNS integer[] LANGUAGE plpgsql AS $$
DECLARE
    lost integer[];
BEGIN
    FOR i IN 1 .. cardinality(p_scopes) LOOP
        INSERT INTO leads_duplicateclaim AS held (scope, digest, lead_id, claimed_at)
        VALUES (p_scopes[i], p_digests[i], p_lead_id, p_at)
        ON CONFLICT (scope, digest) DO UPDATE
           SET lead_id = EXCLUDED.lead_id, claimed_at = EXCLUDED.claimed_at
         WHERE held.claimed_at <= p_since[i] OR held.lead_id = EXCLUDED.lead_id;
        IF NOT FOUND THEN
            lost := lost || i;
        END IF;
    END LOOP;
    RETURN lost;
END $$;

-- Inserts the lead with its first event and, given an id, its delivery; takes its claims and cap reservations.
-- With p_strict one claim lost or one cap full means that nothing is written; without it (rejected leads) whatever
-- cannot be had is simply not taken. `lost` and `filled` tell which, by place.
CREATE FUNCTION leads_record(
    p_id bigint, p_company bigint, p_campaign bigint, p_source bigint, p_terms bigint, p_version bigint,
    p_method text, p_status text, p_is_test boolean, p_reason text, p_message text,
    p_received_at timestamptz, p_finished_at timestamptz, p_state text, p_sub_id text, p_payout numeric,
    p_sealed bytea, p_wrapped_key bytea, p_email bytea, p_phone bytea, p_reservations jsonb,
    p_event jsonb, p_delivery_id bigint, p_strict boolean,
    p_scopes text[], p_digests bytea[], p_since timestamptz[],
    p_cap_keys text[], p_periods text[], p_amounts bigint[], p_limits bigint[],
    OUT lost integer[], OUT filled integer[]
) LANGUAGE plpgsql AS $$
BEGIN
    lost := leads_take_claims(p_id, p_received_at, p_scopes, p_digests, p_since);
    IF p_strict AND lost IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SL001';
    END IF;

    INSERT INTO leads_lead (
        id, company_id, campaign_id, source_id, terms_id, version_id, method, status, is_test, reason, message,
        received_at, finished_at, state, sub_id, price, payout, sealed, wrapped_key, email_digest, phone_digest,
        reservations
    ) VALUES (
        p_id, p_company, p_campaign, p_source, p_terms, p_version, p_method, p_status, p_is_test, p_reason, p_message,
        p_received_at, p_finished_at, p_state, p_sub_id, 0, p_payout, p_sealed, p_wrapped_key, p_email, p_phone,
        p_reservations
    );
    INSERT INTO leads_leadevent (lead_id, kind, at, data) VALUES (p_id, 'checked', p_received_at, p_event);
    IF p_delivery_id IS NOT NULL THEN
        INSERT INTO deliveries_delivery (
            id, company_id, lead_id, version_id, status, next_attempt_at, claims, history, reason, created_at
        ) VALUES (
            p_delivery_id, p_company, p_id, p_version, 'pending', p_received_at, 0, '[]', '', p_received_at
        );
    END IF;

    filled := leads_take_caps(p_cap_keys, p_periods, p_amounts, p_limits);
    IF p_strict AND filled IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SL001';
    END IF;
EXCEPTION WHEN SQLSTATE 'SL001' THEN
    -- What the block wrote is undone; the variables keep what was found.
END $$;

-- Leads one lead through two transactions in one round trip: the first takes the locks and commits without
-- waiting for the disk, so that they are free again at once; the second, which locks nothing, waits until the log is
-- on disk up to and past the first. What is answered is durable, and a contended counter never waits for an fsync.
CREATE PROCEDURE leads_record_now(
    p_id bigint, p_company bigint, p_campaign bigint, p_source bigint, p_terms bigint, p_version bigint,
    p_method text, p_status text, p_is_test boolean, p_reason text, p_message text,
    p_received_at timestamptz, p_finished_at timestamptz, p_state text, p_sub_id text, p_payout numeric,
    p_sealed bytea, p_wrapped_key bytea, p_email bytea, p_phone bytea, p_reservations jsonb,
    p_event jsonb, p_delivery_id bigint, p_strict boolean,
    p_scopes text[], p_digests bytea[], p_since timestamptz[],
    p_cap_keys text[], p_periods text[], p_amounts bigint[], p_limits bigint[],
    INOUT lost integer[] DEFAULT NULL, INOUT filled integer[] DEFAULT NULL
) LANGUAGE plpgsql AS $$
DECLARE
    recorded record;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    recorded := leads_record(
        p_id, p_company, p_campaign, p_source, p_terms, p_version, p_method, p_status, p_is_test, p_reason, p_message,
        p_received_at, p_finished_at, p_state, p_sub_id, p_payout, p_sealed, p_wrapped_key, p_email, p_phone,
        p_reservations, p_event, p_delivery_id, p_strict, p_scopes, p_digests, p_since,
        p_cap_keys, p_periods, p_amounts, p_limits
    );
    lost := recorded.lost;
    filled := recorded.filled;
    COMMIT;
    IF NOT p_strict OR (lost IS NULL AND filled IS NULL) THEN
        PERFORM pg_logical_emit_message(true, 'sluice', '');
    END IF;
END $$;

-- What is encrypted does not get smaller: do not try, and leave it out of the row's way when it is long.
ALTER TABLE leads_lead ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE leads_lead ALTER COLUMN wrapped_key SET STORAGE PLAIN;

-- Counters are updated in place many times a second: room on the page lets PostgreSQL do so without touching an index.
ALTER TABLE leads_capcounter SET (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02);
