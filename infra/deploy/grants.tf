# A function may do what its code does and nothing else. grants.json is written (`node infra/deploy/generate.ts`) from
# functions/gcp/permissions.ts, which says for each call of a port which permission it needs and why; a test holds the two
# together and checks them against what the functions really call. POLICY.md is the same as a table.

locals {
  grants = {
    for grant in jsondecode(file("${path.module}/grants.json")) :
    join("/", compact([grant.function, grant.kind, grant.target, trimsuffix(grant.prefix, "/")])) => grant
  }
  # A dataset's grant is for all datasets of its group.
  dataset_groups = {
    own        = [local.own_dataset]
    sources    = [for name, dataset in var.declared.datasets : name if dataset.sources]
    transforms = [for name, dataset in var.declared.datasets : name if dataset.transforms]
    declared   = keys(var.declared.datasets)
  }
  dataset_grants = merge([
    for key, grant in local.grants : {
      for dataset in local.dataset_groups[grant.target] : "${key}/${dataset}" => { grant = key, function = grant.function, dataset = dataset }
    } if grant.kind == "dataset"
  ]...)
}
