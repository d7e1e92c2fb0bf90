-- Products of DefectDojo; the team is the product type.
SELECT
  product.id::text AS asset_id,
  -- A product under construction is not in service.
  CASE WHEN product.lifecycle = 'construction' THEN NULL ELSE product.created END AS commissioned_at,
  -- The day of retirement is not recorded: it is the last change of the product.
  CASE WHEN product.lifecycle = 'retirement' THEN product.updated END AS retired_at,
  product.name::text AS name,
  CASE product.platform WHEN 'web service' THEN 'api' ELSE product.platform END AS kind,
  CASE product.business_criticality
    WHEN 'very high' THEN 'critical'
    WHEN 'high' THEN 'high'
    WHEN 'medium' THEN 'medium'
    WHEN 'low' THEN 'low'
    WHEN 'very low' THEN 'low'
    WHEN 'none' THEN 'low'
  END AS criticality,
  CASE
    WHEN product.internet_accessible THEN 'internet'
    WHEN product.external_audience THEN 'partner'
    ELSE 'internal'
  END AS exposure,
  product_type.critical_product OR coalesce(product.business_criticality = 'very high', false) AS business_critical,
  product_type.name::text AS team
FROM dojo_product AS product
JOIN dojo_product_type AS product_type ON product_type.id = product.prod_type_id
