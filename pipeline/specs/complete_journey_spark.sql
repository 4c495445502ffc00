-- The query of complete_journey.sql in the SQL of Spark; tests hold the two to each other, household by household.
-- One row a household: behaviour in 2017, demographics where known, and one flag for each campaign it was sent.
-- Timestamps are UTC while the shops keep US Eastern time (the summer hour shifts the day's pattern by one), so hours
-- and weekdays are taken after the shift. Fuel counts in thousandths of a gallon, and coupon and miscellaneous lines
-- are no goods: they are left out of baskets and sums.
WITH goods AS (
    SELECT
        product_id,
        brand = 'Private' AS private_label,
        product_category AS category,
        CASE department
            WHEN 'GROCERY' THEN 1 WHEN 'FROZEN GROCERY' THEN 1
            WHEN 'DRUG GM' THEN 2 WHEN 'COSMETICS' THEN 2
            WHEN 'PRODUCE' THEN 3
            WHEN 'MEAT' THEN 4 WHEN 'MEAT-PCKGD' THEN 4
            WHEN 'DELI' THEN 5 WHEN 'SALAD BAR' THEN 5 WHEN 'CHEF SHOPPE' THEN 5
            WHEN 'PASTRY' THEN 6
            WHEN 'NUTRITION' THEN 7
            WHEN 'SEAFOOD' THEN 8 WHEN 'SEAFOOD-PCKGD' THEN 8
            ELSE 9
        END AS aisle
    FROM products
    WHERE department NOT IN ('FUEL', 'MISCELLANEOUS', 'COUPON', 'KIOSK-GAS')
),
lines AS (
    SELECT
        t.household_id, t.basket_id, t.transaction_timestamp, t.coupon_disc,
        -- whole cents: sums of integers are the same to the last bit, however many threads add them up
        CAST(round(100 * t.sales_value) AS BIGINT) AS cents,
        CAST(round(100 * (t.retail_disc + t.coupon_match_disc)) AS BIGINT) AS discount,
        g.private_label, g.category, g.aisle
    FROM transactions AS t
    JOIN goods AS g ON g.product_id = t.product_id
),
baskets AS (
    SELECT
        household_id, basket_id,
        min(transaction_timestamp) AS bought,
        sum(cents) AS spend,
        sum(discount) AS discount,
        max(coupon_disc) > 0 AS with_coupon,
        sum(CASE WHEN private_label THEN cents ELSE 0 END) AS private_label,
        sum(CASE aisle WHEN 1 THEN cents ELSE 0 END) AS grocery,
        sum(CASE aisle WHEN 2 THEN cents ELSE 0 END) AS drug,
        sum(CASE aisle WHEN 3 THEN cents ELSE 0 END) AS produce,
        sum(CASE aisle WHEN 4 THEN cents ELSE 0 END) AS meat,
        sum(CASE aisle WHEN 5 THEN cents ELSE 0 END) AS deli,
        sum(CASE aisle WHEN 6 THEN cents ELSE 0 END) AS bakery,
        sum(CASE aisle WHEN 7 THEN cents ELSE 0 END) AS nutrition,
        sum(CASE aisle WHEN 8 THEN cents ELSE 0 END) AS seafood,
        sum(CASE aisle WHEN 9 THEN cents ELSE 0 END) AS other
    FROM lines
    GROUP BY household_id, basket_id
),
trips AS (
    SELECT *, bought - CASE
        WHEN bought >= TIMESTAMP_NTZ '2017-03-12 07:00:00' AND bought < TIMESTAMP_NTZ '2017-11-05 06:00:00'
        THEN INTERVAL 4 HOUR ELSE INTERVAL 5 HOUR END AS local_time
    FROM baskets
),
breadth AS (
    SELECT household_id, count(DISTINCT category) AS categories_bought
    FROM lines
    GROUP BY household_id
),
behaviour AS (
    SELECT
        household_id,
        count(*) AS orders,
        sum(spend) / 100 AS spend,
        datediff(DATE '2018-01-01', CAST(max(local_time) AS DATE)) AS recency,
        datediff(DATE '2018-01-01', CAST(min(local_time) AS DATE)) AS tenure,
        sum(private_label) / nullif(sum(spend), 0) AS private_label_share,
        sum(discount) / nullif(sum(spend) + sum(discount), 0) AS discount_share,
        100.0D * count(*) FILTER (WHERE with_coupon) / count(*) AS coupon_baskets,
        count(*) FILTER (WHERE weekday(local_time) >= 5) / count(*) AS weekend_share,
        count(*) FILTER (WHERE hour(local_time) >= 18) / count(*) AS evening_share,
        sum(grocery) / 100 AS grocery,
        sum(drug) / 100 AS drug,
        sum(produce) / 100 AS produce,
        sum(meat) / 100 AS meat,
        sum(deli) / 100 AS deli,
        sum(bakery) / 100 AS bakery,
        sum(nutrition) / 100 AS nutrition,
        sum(seafood) / 100 AS seafood,
        sum(other) / 100 AS other
    FROM trips
    GROUP BY household_id
),
received AS (
    SELECT c.household_id, c.campaign_id, CASE WHEN r.household_id IS NULL THEN 0 ELSE 1 END AS redeemed
    FROM campaigns AS c
    LEFT JOIN (SELECT DISTINCT household_id, campaign_id FROM coupon_redemptions) AS r USING (household_id, campaign_id)
),
reactions AS (
    SELECT
        household_id,
        max(redeemed) FILTER (WHERE campaign_id = 1) AS campaign_01,
        max(redeemed) FILTER (WHERE campaign_id = 2) AS campaign_02,
        max(redeemed) FILTER (WHERE campaign_id = 3) AS campaign_03,
        max(redeemed) FILTER (WHERE campaign_id = 4) AS campaign_04,
        max(redeemed) FILTER (WHERE campaign_id = 5) AS campaign_05,
        max(redeemed) FILTER (WHERE campaign_id = 6) AS campaign_06,
        max(redeemed) FILTER (WHERE campaign_id = 7) AS campaign_07,
        max(redeemed) FILTER (WHERE campaign_id = 8) AS campaign_08,
        max(redeemed) FILTER (WHERE campaign_id = 9) AS campaign_09,
        max(redeemed) FILTER (WHERE campaign_id = 10) AS campaign_10,
        max(redeemed) FILTER (WHERE campaign_id = 11) AS campaign_11,
        max(redeemed) FILTER (WHERE campaign_id = 12) AS campaign_12,
        max(redeemed) FILTER (WHERE campaign_id = 13) AS campaign_13,
        max(redeemed) FILTER (WHERE campaign_id = 14) AS campaign_14,
        max(redeemed) FILTER (WHERE campaign_id = 15) AS campaign_15,
        max(redeemed) FILTER (WHERE campaign_id = 16) AS campaign_16,
        max(redeemed) FILTER (WHERE campaign_id = 17) AS campaign_17,
        max(redeemed) FILTER (WHERE campaign_id = 18) AS campaign_18,
        max(redeemed) FILTER (WHERE campaign_id = 19) AS campaign_19,
        max(redeemed) FILTER (WHERE campaign_id = 20) AS campaign_20,
        max(redeemed) FILTER (WHERE campaign_id = 21) AS campaign_21,
        max(redeemed) FILTER (WHERE campaign_id = 22) AS campaign_22,
        max(redeemed) FILTER (WHERE campaign_id = 23) AS campaign_23,
        max(redeemed) FILTER (WHERE campaign_id = 24) AS campaign_24,
        max(redeemed) FILTER (WHERE campaign_id = 25) AS campaign_25,
        max(redeemed) FILTER (WHERE campaign_id = 26) AS campaign_26,
        max(redeemed) FILTER (WHERE campaign_id = 27) AS campaign_27
    FROM received
    GROUP BY household_id
)
SELECT
    h.household_id,
    coalesce(b.orders, 0) AS orders,  -- none where nothing but fuel was bought: a rule of the spec accounts for those
    a.categories_bought, b.spend, b.recency, b.tenure, b.private_label_share, b.discount_share, b.coupon_baskets,
    b.weekend_share, b.evening_share, b.grocery, b.drug, b.produce, b.meat, b.deli, b.bakery, b.nutrition, b.seafood,
    b.other,
    d.age, d.income, d.home_ownership, d.marital_status, d.household_size, d.household_comp, d.kids_count,
    r.campaign_01, r.campaign_02, r.campaign_03, r.campaign_04, r.campaign_05, r.campaign_06, r.campaign_07,
    r.campaign_08, r.campaign_09, r.campaign_10, r.campaign_11, r.campaign_12, r.campaign_13, r.campaign_14,
    r.campaign_15, r.campaign_16, r.campaign_17, r.campaign_18, r.campaign_19, r.campaign_20, r.campaign_21,
    r.campaign_22, r.campaign_23, r.campaign_24, r.campaign_25, r.campaign_26, r.campaign_27
FROM (SELECT DISTINCT household_id FROM transactions) AS h
LEFT JOIN behaviour AS b ON b.household_id = h.household_id
LEFT JOIN breadth AS a ON a.household_id = h.household_id
LEFT JOIN demographics AS d ON d.household_id = h.household_id
LEFT JOIN reactions AS r ON r.household_id = h.household_id
