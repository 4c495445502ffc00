-- The query of complete_journey_baskets.sql in the SQL of Spark.
-- Which categories are in which basket: customer, basket, category. The same lines are left out as in the spec's own
-- query, and every line of a category counts once (the reader sees to that).
SELECT t.household_id, t.basket_id, g.category
FROM transactions AS t
JOIN (
    SELECT product_id, upper(substring(product_category, 1, 1)) || lower(substring(product_category, 2)) AS category
    FROM products
    WHERE department NOT IN ('FUEL', 'MISCELLANEOUS', 'COUPON', 'KIOSK-GAS') AND product_category IS NOT NULL
) AS g ON g.product_id = t.product_id
