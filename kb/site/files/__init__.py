"""What the site gives as files: downloads of every format, pictures of rows, feeds, streamed."""
