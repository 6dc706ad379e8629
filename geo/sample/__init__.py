"""The sample region: real places of Tangerang Raya, made-up roads."""
