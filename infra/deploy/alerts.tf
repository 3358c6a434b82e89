# What somebody must look at, each with its runbook in OPERATIONS.md. One condition costs 0.10 dollars a month, so there
# is one for each question and none for each source: the incident names the subject.

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(concat(var.alert_emails, var.security_emails))

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }
}

locals {
  # What concerns clear values goes to whoever is there for that; without one, to those who are told of everything.
  security_emails = length(var.security_emails) > 0 ? var.security_emails : var.alert_emails

  events_metric = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.events.name}\" AND resource.type=\"cloud_run_revision\""

  # Kinds of events (functions/model/event.ts) that mean that something was not done.
  failed_events = ["run.quarantined", "run.vanished", "transform.failed"]

  alert_kinds = {
    run_failed = {
      title     = "a file or a transform failed"
      severity  = "ERROR"
      filter    = "${local.events_metric} AND metric.labels.event=monitoring.regex.full_match(\"${join("|", local.failed_events)}\")"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      group_by  = ["metric.labels.event", "metric.labels.subject"]
      period    = "300s"
      threshold = 0
      runbook   = "A file went to quarantine, vanished before it was read, or a transform was not built. `sluice quarantine` and `sluice show RUN` tell why; mend the file or the declaration, then `sluice replay RUN`."
    }
    # Not a metric but the lines themselves: at once, and whichever service wrote them.
    privacy_violation = {
      title    = "sensitive values may be exposed"
      severity = "CRITICAL"
      logs     = local.privacy_logs
      runbook  = "Rows did not add up after de-identification, or somebody other than Sluice used DLP, its key, or read raw data. Find the entry by the metric's filter in the logs; if it is not explained, take the key's decrypter away first and ask afterwards."
    }
    # The lines themselves as well: no use of it goes unseen.
    reidentified = {
      title    = "clear values were asked for"
      severity = "WARNING"
      logs     = local.reidentify_logs
      runbook  = "Somebody had tokens turned back into values, or tried to. The entry says who, which source and columns, how many and why; `audit/reidentify/` in the state bucket has it for good. If the person named does not know of it, remove them from `reidentifiers` first and ask afterwards."
    }
    forgotten = {
      title    = "a person was to be forgotten"
      severity = "WARNING"
      logs     = local.forget_logs
      runbook  = "Somebody asked to have a person forgotten, or was refused, or an erasure has ended. `erasures/` in the state bucket has who asked and why, and each erasure's report: see to what it says is left. If the person named does not know of it, remove them from `forgetters` first and ask afterwards."
    }
    dead_letters = {
      title     = "messages lie in a dead letter"
      severity  = "ERROR"
      filter    = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.labels.subscription_id=monitoring.regex.full_match(\"${join("|", [for subscription in google_pubsub_subscription.dead : subscription.name])}\")"
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_SUM"
      group_by  = []
      period    = "300s"
      threshold = 0
      runbook   = "An arrival or an event was refused 20 times. Nothing is lost: the hourly sweep claims files that were not told of. Pull the dead letter, look into the function's log for the reason, then acknowledge."
    }
    task_age = {
      title     = "work waits too long"
      severity  = "WARNING"
      filter    = "metric.type=\"cloudtasks.googleapis.com/queue/task_attempt_delays\" AND resource.type=\"cloud_tasks_queue\" AND resource.labels.queue_id=monitoring.regex.full_match(\"${var.prefix}-(${join("|", local.queue_names)})\")"
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      group_by  = []
      period    = "300s"
      threshold = var.task_age_seconds * 1000
      runbook   = "Tasks start long after their time: a queue is paused, its function fails or is at its instances' limit, or a quota of DLP or BigQuery is used up. Look at the failures by code on the dashboard."
    }
    scanned_bytes = {
      title     = "queries read more than a day may cost"
      severity  = "WARNING"
      filter    = "metric.type=\"bigquery.googleapis.com/query/scanned_bytes_billed\" AND resource.type=\"global\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      group_by  = []
      period    = "86400s"
      threshold = var.daily_scan_tib * 1099511627776
      runbook   = "Queries of this project were billed for more than daily_scan_tib in a day. `sluice bill` and the job history tell whose; a transform without a filter on its partition is the usual one."
    }
    privacy_finding = {
      title     = "a table holds what it should not"
      severity  = "CRITICAL"
      filter    = "${local.events_metric} AND metric.labels.event=\"privacy.finding\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      group_by  = ["metric.labels.subject"]
      period    = "3600s"
      threshold = 0
      runbook   = "The nightly inspection found personal data in a table that analysts read. The event names table, column and infoType. Take the column out of the transform, or protect it where it comes from and replay; where the finding is expected, say so with `allow` or `allow_findings`. Who has read the table is in the audit logs."
    }
    freshness_missed = {
      title     = "a source is late"
      severity  = "ERROR"
      filter    = "${local.events_metric} AND metric.labels.event=\"freshness.missed\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      group_by  = ["metric.labels.subject"]
      period    = "3600s"
      threshold = 0
      runbook   = "A source had no load by the time that its declaration expects. The sweep tells so every hour until one comes. Ask the owner (`owner` of the declaration) whether the file was sent; `sluice runs` tells whether it came and failed."
    }
  }

  # Where no source says when it is expected, none can be late; where nobody may re-identify or erase, nobody does.
  idle_alerts = concat(
    length(var.declared.expectations) > 0 ? [] : ["freshness_missed"],
    length(var.reidentifiers) > 0 ? [] : ["reidentified"],
    length(var.forgetters) > 0 ? [] : ["forgotten"],
  )
  alerts = { for kind, alert in local.alert_kinds : kind => alert if !contains(local.idle_alerts, kind) }
}

resource "google_monitoring_alert_policy" "alert" {
  for_each = { for kind, alert in local.alerts : kind => alert if !contains(keys(alert), "logs") }

  display_name          = "${var.prefix}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [for address in var.alert_emails : google_monitoring_notification_channel.email[address].id]
  user_labels           = { alert = each.key }

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = "0s"

      aggregations {
        alignment_period     = each.value.period
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = each.value.group_by
      }

      trigger {
        count = 1
      }
    }
  }

  documentation {
    subject   = "${var.prefix} in ${var.project}: ${each.value.title}"
    content   = each.value.runbook
    mime_type = "text/markdown"
  }

  alert_strategy {
    # A day without a new sign of it closes an incident that nobody closed.
    auto_close = "86400s"
  }
}

resource "google_monitoring_alert_policy" "logs" {
  for_each = { for kind, alert in local.alerts : kind => alert if contains(keys(alert), "logs") }

  display_name          = "${var.prefix}: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [for address in local.security_emails : google_monitoring_notification_channel.email[address].id]
  user_labels           = { alert = each.key }

  conditions {
    display_name = each.value.title

    condition_matched_log {
      filter = each.value.logs
    }
  }

  documentation {
    subject   = "${var.prefix} in ${var.project}: ${each.value.title}"
    content   = each.value.runbook
    mime_type = "text/markdown"
  }

  alert_strategy {
    auto_close = "86400s"

    # Monitoring wants a limit beside a condition on logs.
    notification_rate_limit {
      period = "300s"
    }
  }
}
