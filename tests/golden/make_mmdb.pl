#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# usage: make_mmdb.pl OUT_DIR
# Small MMDB files for tests: DB-IP's flat names (ipv4, ipv6), GeoIP2's nested ones (both families
# in one file), an ASN file. Addresses are of the documentation networks (RFC 5737, RFC 3849).
use strict;
use warnings;
use utf8;
use MaxMind::DB::Writer::Tree;

my ($dir) = @ARGV;
die "usage: make_mmdb.pl OUT_DIR\n" unless defined $dir && -d $dir;

my %flat = (
    country_code => 'utf8_string', state1 => 'utf8_string', state2 => 'utf8_string',
    city => 'utf8_string', postcode => 'utf8_string', latitude => 'float', longitude => 'float',
    timezone => 'utf8_string',
);
my %nested = (
    country => 'map', iso_code => 'utf8_string', subdivisions => [ 'array', 'map' ],
    city => 'map', names => 'map', en => 'utf8_string', location => 'map',
    latitude => 'double', longitude => 'double', accuracy_radius => 'uint16',
);
my %asn = (autonomous_system_number => 'uint32', autonomous_system_organization => 'utf8_string');

sub make {
    my ($name, $type, $version, $types, $rows) = @_;
    my $tree = MaxMind::DB::Writer::Tree->new(
        ip_version => $version, record_size => 24, database_type => $type,
        languages => ['en'], description => { en => 'test data' },
        map_key_type_callback => sub { $types->{ $_[0] } },
        remove_reserved_networks => 0,
        $version == 6 ? (alias_ipv6_to_ipv4 => 0) : (),
    );
    $tree->insert_network(@$_) for @$rows;
    open my $out, '>:raw', "$dir/$name" or die "$dir/$name: $!\n";
    $tree->write_tree($out);
    close $out or die "$dir/$name: $!\n";
}

sub flat_row {
    my ($country, $state, $city, $lat, $lon) = @_;
    return { country_code => $country, state1 => $state, state2 => '', city => $city,
        postcode => '', latitude => $lat, longitude => $lon, timezone => '' };
}

make('flat-ipv4.mmdb', 'city ipv4', 4, \%flat, [
    [ '192.0.2.0/28',    flat_row('CN', 'Guangdong', 'Shenzhen', 22.5431, 114.0579) ],
    [ '192.0.2.16/28',   flat_row('CN', 'Beijing', 'Fengtai (Fengtai Qu)', 39.8007, 116.144) ],
    [ '192.0.2.32/28',   flat_row('DE', 'Bavaria', 'München', 48.1374, 11.5755) ],
    [ '192.0.2.48/28',   flat_row('FR', 'Nowhere-sur-Mer', '', 48.85, 2.35) ],
    [ '192.0.2.64/28',   flat_row('', '', '', 0, 0) ],
    [ '192.0.2.80/28',   flat_row('china', 'Guangdong', 'Shenzhen', 22.5, 114) ],
    [ '192.0.2.96/28',   flat_row('CN', 'Yunnan', 'X' x 90, 25.04, 102.71) ],
    [ '203.0.113.0/24',  flat_row('US', 'Virginia', 'Ashburn', 39.0438, -77.4874) ],
    [ '192.0.2.112/28',  flat_row('CN', 'Yunnan', "bad\ncity", 125.04, 102.71) ],
]);
make('flat-ipv4-moved.mmdb', 'city ipv4', 4, \%flat, [
    [ '192.0.2.0/28', flat_row('CN', 'Zhejiang', 'Hangzhou', 30.2741, 120.1551) ],
]);
make('flat-ipv6.mmdb', 'city ipv6', 6, \%flat, [
    [ '2001:db8:1::/48', flat_row('CN', 'Inner Mongolia', 'Hohhot', 40.8424, 111.7490) ],
]);
make('nested.mmdb', 'GeoIP2-City', 6, \%nested, [
    [ '::198.51.100.0/120', {
        country => { iso_code => 'CN', names => { en => 'China' } },
        subdivisions => [ { iso_code => 'SC', names => { en => 'Sichuan' } } ],
        city => { names => { en => 'Chengdu' } },
        location => { latitude => 30.5728, longitude => 104.0668, accuracy_radius => 20 } } ],
    [ '2001:db8:2::/48', {
        country => { iso_code => 'US', names => { en => 'United States' } },
        location => { latitude => 37.751, longitude => -97.822, accuracy_radius => 1000 } } ],
]);
make('asn.mmdb', 'GeoLite2-ASN', 6, \%asn, [
    [ '::192.0.2.0/120', { autonomous_system_number => 64496,
        autonomous_system_organization => 'Documentation' } ],
    [ '::203.0.113.0/123', { autonomous_system_number => 16509,
        autonomous_system_organization => 'a data centre of the built-in list' } ],
    [ '::203.0.113.32/123', { autonomous_system_number => 13335,
        autonomous_system_organization => 'a relay of the built-in list' } ],
    [ '::203.0.113.64/123', { autonomous_system_number => 64511,
        autonomous_system_organization => 'Documentation' } ],
]);

open my $not, ">:raw", "$dir/not.mmdb" or die "$dir/not.mmdb: $!\n";
print $not "this is no database";
close $not;
