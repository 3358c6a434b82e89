/** Hosts, domains and addresses: signature → DuckDB. See analyze/signature.ts for the notation. */
export const NETS: Record<string, string> = {
  'NET.HOST(STRING) STRING': 'bq_net_host($1)',
  'NET.PUBLIC_SUFFIX(STRING) STRING': 'bq_net_domain($1, 0::BIGINT)',
  'NET.REG_DOMAIN(STRING) STRING': 'bq_net_domain($1, 1::BIGINT)',
  'NET.IP_FROM_STRING(STRING) BYTES': 'bq_net_address($1)',
  'NET.SAFE_IP_FROM_STRING(STRING) BYTES': 'bq_net_safe_address($1)',
  'NET.IP_TO_STRING(BYTES) STRING': 'bq_net_text($1)',
  'NET.IP_NET_MASK(INT64, INT64) BYTES': 'bq_net_mask($1, $2)',
  'NET.IP_TRUNC(BYTES, INT64) BYTES': 'bq_net_trunc($1, $2)',
  'NET.IPV4_FROM_INT64(INT64) BYTES': 'bq_net_from_int($1)',
  'NET.IPV4_TO_INT64(BYTES) INT64': 'bq_net_to_int($1)',
};
