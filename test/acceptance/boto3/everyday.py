"""What users of boto3 do every day; every assert is a promise of the server."""
import hashlib
import io
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import ClientError

bucket = sys.argv[1]
MiB = 1024 * 1024


def client(**config):
    return boto3.client('s3', endpoint_url=os.environ['ENDPOINT_URL'], config=Config(**config))


def refused(code, status, call, **kwargs):
    try:
        call(**kwargs)
    except ClientError as e:
        told = (e.response['Error']['Code'], e.response['ResponseMetadata']['HTTPStatusCode'])
        assert told == (code, status), told
        return
    raise AssertionError('expected ' + code)


s3 = client()
s3.create_bucket(Bucket=bucket)
s3.get_waiter('bucket_exists').wait(Bucket=bucket)

# A file in parts, up and down, by the transfer manager.
body = bytes(hashlib.sha256(i.to_bytes(4, 'big')).digest()[0] for i in range(1000)) * (20 * MiB // 1000)
with open('big', 'wb') as f:
    f.write(body)
parts = TransferConfig(multipart_threshold=8 * MiB, multipart_chunksize=5 * MiB, max_concurrency=4)
s3.upload_file('big', bucket, 'dir/big', Config=parts, ExtraArgs={'Metadata': {'a': 'b'}, 'ContentType': 'video/mp4'})
s3.download_file(bucket, 'dir/big', 'back', Config=parts)
with open('back', 'rb') as f:
    assert f.read() == body
head = s3.head_object(Bucket=bucket, Key='dir/big')
assert head['Metadata'] == {'a': 'b'} and head['ContentType'] == 'video/mp4' and head['ContentLength'] == len(body)
assert head['ETag'].endswith('-4"'), head['ETag']
s3.copy({'Bucket': bucket, 'Key': 'dir/big'}, bucket, 'dir/copy', Config=parts)
assert s3.get_object(Bucket=bucket, Key='dir/copy')['Body'].read() == body

# A stream without a known length.
s3.upload_fileobj(io.BytesIO(b'streamed'), bucket, 'dir/stream')
assert s3.get_object(Bucket=bucket, Key='dir/stream', Range='bytes=3-5')['Body'].read() == b'eam'

# Version 2 signatures in the header.
old = client(signature_version='s3')
old.put_object(Bucket=bucket, Key='old ü', Body=b'old', ContentType='text/plain', Metadata={'m': 'n'})
assert old.get_object(Bucket=bucket, Key='old ü')['Body'].read() == b'old'

# Both listings, in pages.
for i in range(12):
    s3.put_object(Bucket=bucket, Key='page/%02d' % i, Body=b'')
for version in ('list_objects', 'list_objects_v2'):
    pages = s3.get_paginator(version).paginate(Bucket=bucket, Prefix='page/', PaginationConfig={'PageSize': 5})
    keys = [entry['Key'] for page in pages for entry in page['Contents']]
    assert keys == ['page/%02d' % i for i in range(12)], keys
assert 'Contents' not in s3.list_objects(Bucket=bucket, Prefix='nothing')
groups = s3.list_objects_v2(Bucket=bucket, Delimiter='/')
assert [p['Prefix'] for p in groups['CommonPrefixes']] == ['dir/', 'page/'], groups

# Conditions and errors.
s3.put_object(Bucket=bucket, Key='once', Body=b'1')
etag = s3.head_object(Bucket=bucket, Key='once')['ETag']
refused('304', 304, s3.get_object, Bucket=bucket, Key='once', IfNoneMatch=etag)
refused('PreconditionFailed', 412, s3.get_object, Bucket=bucket, Key='once', IfMatch='"0"')
refused('NoSuchKey', 404, s3.get_object, Bucket=bucket, Key='none')
refused('404', 404, s3.head_object, Bucket=bucket, Key='none')
refused('BucketNotEmpty', 409, s3.delete_bucket, Bucket=bucket)

# Empty and remove.
resource = boto3.resource('s3', endpoint_url=os.environ['ENDPOINT_URL'])
resource.Bucket(bucket).objects.all().delete()
s3.delete_bucket(Bucket=bucket)
refused('NoSuchBucket', 404, s3.list_objects_v2, Bucket=bucket)
