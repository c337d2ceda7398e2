insert into {table} ({columns})
select {columns}
from {staged}
where {id} between %(first)s and %(last)s
