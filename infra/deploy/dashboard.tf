# One page that answers: is everything through, what failed, what waits, what does it cost.

locals {
  services_filter = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=monitoring.regex.full_match(\"${var.prefix}-(${join("|", local.function_names)})\")"

  charts = [
    { title = "Events by kind", filter = local.events_metric, aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.labels.event"], kind = "STACKED_BAR" },
    { title = "Failures by code", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.failures.name}\" AND resource.type=\"cloud_run_revision\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = ["metric.labels.code"], kind = "STACKED_BAR" },
    { title = "Signs of exposure", filter = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.privacy.name}\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = [], kind = "STACKED_BAR" },
    { title = "Tasks waiting", filter = "metric.type=\"cloudtasks.googleapis.com/queue/depth\" AND resource.type=\"cloud_tasks_queue\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = ["resource.labels.queue_id"], kind = "LINE" },
    { title = "Undelivered messages", filter = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\"", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = ["resource.labels.subscription_id"], kind = "LINE" },
    { title = "Requests by function", filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.services_filter}", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["resource.labels.service_name", "metric.labels.response_code_class"], kind = "LINE" },
    { title = "Latency, 95th percentile", filter = "metric.type=\"run.googleapis.com/request_latencies\" AND ${local.services_filter}", aligner = "ALIGN_PERCENTILE_95", reducer = "REDUCE_MAX", by = ["resource.labels.service_name"], kind = "LINE" },
    { title = "Memory, 99th percentile", filter = "metric.type=\"run.googleapis.com/container/memory/utilizations\" AND ${local.services_filter}", aligner = "ALIGN_PERCENTILE_99", reducer = "REDUCE_MAX", by = ["resource.labels.service_name"], kind = "LINE" },
    { title = "Bytes that queries were billed for", filter = "metric.type=\"bigquery.googleapis.com/query/scanned_bytes_billed\" AND resource.type=\"global\"", aligner = "ALIGN_DELTA", reducer = "REDUCE_SUM", by = [], kind = "STACKED_BAR" },
  ]
}

resource "google_monitoring_dashboard" "overview" {
  dashboard_json = jsonencode({
    displayName = "Sluice (${var.prefix})"
    labels      = { deployment = var.prefix }
    mosaicLayout = {
      columns = 12
      tiles = [
        for index, chart in local.charts : {
          width  = 6
          height = 4
          xPos   = index % 2 * 6
          yPos   = floor(index / 2) * 4
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = chart.kind
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = chart.filter
                    aggregation = {
                      alignmentPeriod    = "300s"
                      perSeriesAligner   = chart.aligner
                      crossSeriesReducer = chart.reducer
                      groupByFields      = chart.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })
}
