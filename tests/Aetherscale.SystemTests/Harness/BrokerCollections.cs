namespace Aetherscale.SystemTests.Harness;

// A broker serves many tests, one after the other. Those of fleets wait a lot, so they have brokers of their own, beside each other.

[CollectionDefinition(Name)]
public sealed class BrokerTests : ICollectionFixture<Broker>
{
    public const string Name = "broker";
}

[CollectionDefinition(Name)]
public sealed class FleetTests : ICollectionFixture<Broker>
{
    public const string Name = "fleet";
}

[CollectionDefinition(Name)]
public sealed class ClusterOfThree : ICollectionFixture<Cluster>
{
    public const string Name = "cluster";
}

[CollectionDefinition(Name)]
public sealed class FleetFaultTests : ICollectionFixture<Broker>
{
    public const string Name = "fleet faults";
}
