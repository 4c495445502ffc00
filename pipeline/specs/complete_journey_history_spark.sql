-- The query of complete_journey_history.sql in the SQL of Spark.
-- What was known of a household at each moment (the start of a campaign): one row a household and moment, from the
-- purchases of the 91 days before it, the campaigns sent before it and the coupons redeemed before it.
-- ``moments(moment, as_of, campaign)`` is given by Korzina; ``campaign`` names the outcome column of the campaign whose
-- coupons are meant. Everything below reads purchases before ``as_of`` alone, so nothing after a moment can count.
-- Rates a week and shares, not running totals: the recorded history grows with the year, and a model must not mistake
-- that for a change in the household.
WITH goods AS (
    SELECT product_id, brand = 'Private' AS private_label
    FROM products
    WHERE department NOT IN ('FUEL', 'MISCELLANEOUS', 'COUPON', 'KIOSK-GAS')
),
opened AS (
    SELECT CAST(min(transaction_timestamp) AS DATE) AS first_day FROM transactions
),
spans AS (
    SELECT moment, as_of, campaign, CAST(as_of AS DATE) - INTERVAL 91 DAY AS since,
        least(91, datediff(CAST(as_of AS DATE), first_day)) AS days
    FROM moments, opened
    WHERE first_day < CAST(as_of AS DATE)
),
offered AS (
    SELECT DISTINCT 'campaign_' || lpad(CAST(campaign_id AS STRING), 2, '0') AS campaign, product_id FROM coupons
),
-- whole cents, so that sums are the same to the last bit however many threads add them up; a day and a basket at a time
lines AS (
    SELECT t.household_id, t.basket_id, t.product_id, t.transaction_timestamp AS bought, g.private_label, t.coupon_disc,
        CAST(round(100 * t.sales_value) AS BIGINT) AS cents,
        CAST(round(100 * (t.retail_disc + t.coupon_match_disc)) AS BIGINT) AS discount
    FROM transactions AS t
    JOIN goods AS g ON g.product_id = t.product_id
),
baskets AS (
    SELECT household_id, basket_id, max(bought) AS bought, sum(cents) AS spend, sum(discount) AS discount,
        max(coupon_disc) > 0 AS with_coupon, count(*) AS lines,
        sum(CASE WHEN private_label THEN cents ELSE 0 END) AS private_label
    FROM lines
    GROUP BY household_id, basket_id
),
past AS (
    SELECT s.moment, s.days, datediff(CAST(s.as_of AS DATE), CAST(b.bought AS DATE)) AS ago, b.*
    FROM spans AS s
    JOIN baskets AS b ON b.bought < s.as_of AND b.bought >= s.since
),
behaviour AS (
    SELECT
        moment, household_id,
        7.0D * count(*) / any_value(days) AS trips_week,
        0.07D * sum(spend) / any_value(days) AS spend_week,
        0.01D * sum(spend) / count(*) AS cheque,
        avg(lines) AS lines_trip,
        sum(private_label) / nullif(sum(spend), 0) AS own_brand,
        sum(discount) / nullif(sum(spend) + sum(discount), 0) AS discounts,
        count(*) FILTER (WHERE with_coupon) / count(*) AS coupon_trips
    FROM past
    GROUP BY moment, household_id
),
-- everybody who had ever bought by then: no purchase in the 91 days is knowledge too
seen AS (
    SELECT s.moment, b.household_id, least(91, min(datediff(CAST(s.as_of AS DATE), CAST(b.bought AS DATE)))) AS days_since
    FROM spans AS s
    JOIN baskets AS b ON b.bought < s.as_of
    GROUP BY s.moment, b.household_id
),
wanted AS (
    SELECT s.moment, l.household_id, 0.07D * sum(l.cents) / any_value(s.days) AS offered_week
    FROM lines AS l
    JOIN offered AS o USING (product_id)
    JOIN spans AS s ON s.campaign = o.campaign AND l.bought < s.as_of AND l.bought >= s.since
    GROUP BY s.moment, l.household_id
),
sent AS (
    SELECT 'campaign_' || lpad(CAST(c.campaign_id AS STRING), 2, '0') AS campaign, c.household_id FROM campaigns AS c
),
received AS (
    SELECT s.moment, sent.household_id, count(*) AS received
    FROM spans AS s
    JOIN moments AS earlier ON earlier.moment = earlier.campaign AND earlier.as_of < s.as_of
    JOIN sent ON sent.campaign = earlier.campaign
    GROUP BY s.moment, sent.household_id
),
responded AS (
    SELECT s.moment, r.household_id, count(DISTINCT r.campaign_id) AS responded
    FROM spans AS s
    JOIN coupon_redemptions AS r ON r.redemption_date < s.as_of
    GROUP BY s.moment, r.household_id
),
breadth AS (
    SELECT s.moment, count(DISTINCT o.product_id) AS offered_products
    FROM spans AS s
    JOIN offered AS o USING (campaign)
    GROUP BY s.moment
)
SELECT
    k.moment, k.household_id, k.days_since,
    coalesce(b.trips_week, 0) AS trips_week,
    coalesce(b.spend_week, 0) AS spend_week,
    b.cheque, b.lines_trip, b.own_brand, b.discounts, coalesce(b.coupon_trips, 0) AS coupon_trips,
    coalesce(w.offered_week, 0) AS offered_week,
    coalesce(w.offered_week, 0) / nullif(b.spend_week, 0) AS offered_share,
    e.offered_products,
    coalesce(v.received, 0) AS received,
    coalesce(r.responded, 0) AS responded
FROM seen AS k
LEFT JOIN behaviour AS b USING (moment, household_id)
LEFT JOIN wanted AS w USING (moment, household_id)
LEFT JOIN received AS v USING (moment, household_id)
LEFT JOIN responded AS r USING (moment, household_id)
LEFT JOIN breadth AS e USING (moment)
