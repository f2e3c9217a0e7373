"""Values and pure functions of the field: records, facts, meshes, positions. No I/O, no Qt, no clock."""
