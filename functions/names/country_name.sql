select {{ country_by_spelling('value') }}
