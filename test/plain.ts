/** The tests of the project `plain` run against the server of that project. */
process.env['TEMPORAL_ADDRESS'] = process.env['HOLDPOINT_PLAIN_ADDRESS'];
