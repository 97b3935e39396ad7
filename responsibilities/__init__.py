"""WHO: areas, bodies, organizations, the 21-row responsibility list, users, grants, scope, trail, keys."""
