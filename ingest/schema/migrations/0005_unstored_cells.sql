-- What a typed column of a feed could not store, beside the row that landed without it.
alter table raw.salesnav_scrapes add column _unstored jsonb;
alter table raw.vc_firms add column _unstored jsonb;
alter table raw.vc_portfolio_companies add column _unstored jsonb;
alter table raw.vc_crunchbase_portfolios add column _unstored jsonb;
alter table raw.manual_company_customers add column _unstored jsonb;
comment on column raw.salesnav_scrapes._unstored is
'Column: text of the cells that their columns could not store; NULL if there are none.';
comment on column raw.vc_firms._unstored is
'Column: text of the cells that their columns could not store; NULL if there are none.';
comment on column raw.vc_portfolio_companies._unstored is
'Column: text of the cells that their columns could not store; NULL if there are none.';
comment on column raw.vc_crunchbase_portfolios._unstored is
'Column: text of the cells that their columns could not store; NULL if there are none.';
comment on column raw.manual_company_customers._unstored is
'Column: text of the cells that their columns could not store; NULL if there are none.';
