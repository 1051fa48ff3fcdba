"""boardpack: from partners' monthly Excel returns to the papers a partnership board decides on.

The way of the data: plan + returns → ledger → position → report → PDF, Word, Excel. One direction, no way back.
"""
