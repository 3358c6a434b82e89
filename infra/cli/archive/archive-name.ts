/** Cloud Storage, Terraform and a rollback know an archive by its commit. */
export const archiveName = (commit: string): string => `functions-${commit}.zip`;
