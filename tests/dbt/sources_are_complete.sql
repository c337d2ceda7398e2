-- A source takes part in golden values, evidence and history by what its yml and the seeds say.
{{ faults_of_sources() }}
