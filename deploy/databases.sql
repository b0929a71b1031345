-- Run once, when the volume is empty: POSTGRES_DB makes the clients database, this the others.
CREATE DATABASE templates OWNER cdx;
CREATE DATABASE platform OWNER cdx;
CREATE DATABASE crm OWNER cdx;
CREATE DATABASE cms OWNER cdx;
CREATE DATABASE billing OWNER cdx;
CREATE DATABASE analytics OWNER cdx;
CREATE DATABASE notifications OWNER cdx;
