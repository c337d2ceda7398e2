-- Whom no tombstone names any more.
delete from core.people_not_to_contact as d
where
    not privacy.is_tombstone(
        'linkedin', reference.linkedin_slug(d.linkedin_url), array['do_not_contact']
    )
    and not exists (
        select from core.person_contacts as c
        where
            c.linkedin_url = d.linkedin_url
            and (
                privacy.is_tombstone('email', c.email, array['do_not_contact'])
                or privacy.is_tombstone(
                    'phone', privacy.phone_digits(c.phone), array['do_not_contact']
                )
                or privacy.is_tombstone(
                    'phone', privacy.phone_end(c.phone), array['do_not_contact']
                )
            )
    )
