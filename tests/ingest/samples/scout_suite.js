scoutsuite_results =
{
  "account_id": "123456789012",
  "provider_code": "aws",
  "provider_name": "Amazon Web Services",
  "last_run": {"ruleset_name": "default", "run_parameters": {"excluded_regions": [], "regions": [], "services": ["s3", "sns"], "skipped_services": []}, "summary": {}, "time": "2026-03-01 09:00:00+0100", "version": "5.14.0"},
  "service_list": ["s3", "sns"],
  "services": {
    "s3": {"buckets": {"b1": {"name": "orders"}}, "findings": {
      "s3-bucket-no-logging": {"checked_items": 2, "flagged_items": 2, "description": "A bucket without logs", "rationale": "Logs tell who read", "level": "warning", "path": "s3.buckets.id", "items": ["s3.buckets.b1.logging", "s3.buckets.b2.logging"], "service": "S3"},
      "s3-bucket-world": {"checked_items": 2, "flagged_items": 1, "description": "A bucket that all may read", "level": "danger", "path": "s3.buckets.id", "items": ["s3.buckets.b1.policy"], "service": "S3"},
      "s3-bucket-mfa": {"checked_items": 2, "flagged_items": 0, "description": "Deleting without a second factor", "level": "warning", "items": [], "service": "S3"}}},
    "sns": {"regions": {}, "findings": {"sns-world": {"checked_items": 0, "flagged_items": 0, "description": "A topic for all", "level": "danger", "items": [], "service": "SNS"}}}
  }
}
