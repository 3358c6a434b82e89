# For trying things out: Google's own keys, less of everything, under a dollar a month at rest.

project = "acme-lake-dev"
labels  = { stage = "dev" }

cmek                = false
audit_storage_reads = false

dlp_requests_per_minute = 120
functions = {
  deidentify = { memory = "2Gi", cpu = "1" }
}

operators      = ["group:data-developers@example.com"]
daily_scan_tib = 0.1
