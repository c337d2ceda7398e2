select id from added
where false
