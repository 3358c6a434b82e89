# Sizes of the functions and the pace of their queues, matched to the quotas of what they call.

locals {
  # What a function needs for what it does; `functions` may say otherwise.
  usual_sizes = {
    # One small write and one task an event; 40 at once keep one instance below 200 MB.
    arrive = { memory = "512Mi", cpu = "1", concurrency = 40, timeout = 60, max_instances = 5 }
    # Reads once through the file in pieces; DuckDB only looks at Parquet's footer.
    prepare = { memory = "2Gi", cpu = "1", concurrency = 1, timeout = 1800, max_instances = 8 }
    # One shard an instance: DuckDB, its scratch disk (which is memory here) and Node share the memory.
    deidentify = { memory = "4Gi", cpu = "2", concurrency = 1, timeout = 1800, max_instances = local.deidentify_at_once }
    # Both wait for BigQuery most of the time.
    load      = { memory = "512Mi", cpu = "1", concurrency = 16, timeout = 1800, max_instances = 4 }
    transform = { memory = "512Mi", cpu = "1", concurrency = 16, timeout = 1800, max_instances = 4 }
    # Holds the ids of all runs while it compares them with the bucket.
    nightly = { memory = "1Gi", cpu = "1", concurrency = 2, timeout = 1800, max_instances = 2 }
    adhoc   = { memory = "512Mi", cpu = "1", concurrency = 8, timeout = 300, max_instances = 2 }
    # Somebody looks a few values up, a few times a week.
    reidentify = { memory = "512Mi", cpu = "1", concurrency = 8, timeout = 300, max_instances = 1 }
    # Reads whole files through DuckDB as deidentify does, two erasures at once; a third instance answers people.
    forget = { memory = "4Gi", cpu = "2", concurrency = 1, timeout = 1800, max_instances = 3 }
  }

  sizes = {
    for name, size in local.usual_sizes : name => {
      memory        = coalesce(try(var.functions[name].memory, null), size.memory)
      cpu           = coalesce(try(var.functions[name].cpu, null), size.cpu)
      concurrency   = coalesce(try(var.functions[name].concurrency, null), size.concurrency)
      timeout       = coalesce(try(var.functions[name].timeout, null), size.timeout)
      max_instances = coalesce(try(var.functions[name].max_instances, null), size.max_instances)
      # Nothing waits for a person, and an instance that is kept costs some 10 dollars a month.
      min_instances = try(var.functions[name].min_instances, null) == null ? 0 : var.functions[name].min_instances
    }
  }

  # A request to DLP takes about a second, so that each of an instance's lanes spends one of the quota's requests a second.
  deidentify_at_once = max(1, floor(var.dlp_requests_per_minute / 60 / var.dlp_concurrency))

  # What a queue may have under way is what its function can take: more would only be refused and tried again.
  # BigQuery takes 300 requests at once and 100 queries of a project; load and transform hold one job each.
  paces = {
    for name in local.queue_names : name => {
      at_once    = min(local.sizes[name].concurrency * local.sizes[name].max_instances, name == "nightly" ? 1 : name == "forget" ? 2 : 64)
      per_second = name == "load" || name == "transform" ? 10 : 50
    }
  }

  # DuckDB's own share; the rest is for scratch files, Node and what is on its way to DLP.
  duckdb_memory = { prepare = "512MB", deidentify = "1500MB", forget = "1500MB" }
}
