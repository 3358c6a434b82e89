# What the declarations have run by the clock. A firing that is repeated finds what the first one has done: the scheduled
# time is the key of a night.

resource "google_cloud_scheduler_job" "declared" {
  for_each = var.declared.schedules

  name      = "${var.prefix}-${each.key}"
  region    = var.region
  schedule  = each.value.cron
  time_zone = "Etc/UTC"
  # The longest that Cloud Scheduler waits, and the function's own limit.
  attempt_deadline = "1800s"

  retry_config {
    retry_count          = 3
    min_backoff_duration = "5s"
    max_backoff_duration = "300s"
  }

  # Cloud Scheduler reaches internal ingress in its own project, as Pub/Sub does.
  http_target {
    uri         = local.urls.nightly
    http_method = "POST"
    headers     = { "content-type" = "application/json" }
    body        = base64encode(jsonencode(each.value.body))

    oidc_token {
      service_account_email = google_service_account.account["scheduler"].email
      audience              = local.urls.nightly
    }
  }

  depends_on = [google_project_service.used]
}
