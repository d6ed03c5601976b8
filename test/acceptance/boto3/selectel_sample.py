#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""Selectel's sample as it stands, but for the endpoint and the bucket's name (AWS allows no capitals)."""
import os
import sys

import boto3

BucketName = sys.argv[1]

# Authorization
s3 = boto3.client(
    service_name='s3',
    endpoint_url=os.environ['ENDPOINT_URL']
)
s3.create_bucket(Bucket=BucketName)

# Upload object from string
s3.put_object(Bucket=BucketName, Key="ObjectName1", Body="Test")

# Upload object from file
s3.upload_file("data.docx", BucketName, "ObjectName2")

# Get list of objects in the bucket
for key in s3.list_objects(Bucket=BucketName)["Contents"]:
    print(key["Key"])

# Download object
get_object_response = s3.get_object(Bucket=BucketName, Key="ObjectName2")
print(get_object_response["Body"].read())

# Delete multiple objects
objects_to_delete = [{"Key": "ObjectName1"}, {"Key": "ObjectName2"}]
s3.delete_objects(Bucket=BucketName, Delete={"Objects": objects_to_delete})
