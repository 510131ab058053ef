"""What the system remembers: engine, tables, migrations, one module of queries per aggregate."""
