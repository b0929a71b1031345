-- Run once, when the volume is empty: POSTGRES_DB makes the clients database, this the others.
CREATE DATABASE templates OWNER cdx;
