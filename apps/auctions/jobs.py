"""Names of auctions' tasks."""

AUCTION = "auctions.auction"
EXPIRE = "auctions.expire"
FORGET = "auctions.forget"
RECORDS = "auctions.records"
