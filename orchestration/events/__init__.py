"""The event store: changes of relations as domain events, appended with their versions, replayed and checked against the marts."""
