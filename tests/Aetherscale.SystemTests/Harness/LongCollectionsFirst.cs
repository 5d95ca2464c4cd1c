using Aetherscale.SystemTests.Harness;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongCollectionsFirst))]

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// Collections of many classes run their tests one after the other, and take as long as the whole run: they begin first, those of fleets
/// before others. A collection of one class gets in wherever there is room.
/// </summary>
public sealed class LongCollectionsFirst : ITestCollectionOrderer
{
    private static readonly string[] s_long = [FleetFaultTests.Name, FleetTests.Name, BrokerTests.Name];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : notnull, ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.IndexOf(s_long, collection.TestCollectionDisplayName) is var place and >= 0 ? place : int.MaxValue)];
}
