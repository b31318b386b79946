# Mail::DKIM's side of `run`: mail_dkim.pl ZONE FILE ...
use strict;
use warnings;
use Mail::DKIM::DNS;
use Mail::DKIM::Verifier;
use Net::DNS;

my ($zone_file, @files) = @ARGV;
open my $zone, '<', $zone_file or die "$zone_file: $!";
my %records = map { chomp; split / /, $_, 2 } <$zone>;
Mail::DKIM::DNS::resolver(bless {}, 'Zone');

for my $file (@files) {
    open my $message, '<:raw', $file or die "$file: $!";
    my $octets = do { local $/; <$message> };
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($octets);
    $verifier->CLOSE;
    print join(' ', $file, map { $_->algorithm . '=' . $_->result } $verifier->signatures), "\n";
}

package Zone;

sub query {
    my ($self, $name, $type) = @_;
    my $record = $records{$name} // return;
    my $packet = Net::DNS::Packet->new($name, $type);
    my @strings = unpack '(a255)*', $record;
    my $answer = Net::DNS::RR->new(name => $name, type => 'TXT', ttl => 60, txtdata => \@strings);
    $packet->push(answer => $answer);
    return $packet;
}

sub send        { my $self = shift; return $self->query(@_) }
sub bgsend      { my $self = shift; return $self->query(@_) }
sub bgread      { return $_[1] }
sub bgisready   { return 1 }
sub errorstring { return 'NXDOMAIN' }
