using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.Fleet;

// What one broker's fleet goes through, once more at a broker of three nodes, where each host has a node of its own beside it.

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class DoorsOfAClusterTests(Cluster cluster) : DoorsTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class RoutingByAClusterTests(Cluster cluster) : RoutingTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class PlacementByAClusterTests(Cluster cluster) : PlacementTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class RedeliveryByAClusterTests(Cluster cluster) : RedeliveryTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class HostFailureAtAClusterTests(Cluster cluster) : HostFailureTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class NetworkToAClusterTests(Cluster cluster) : NetworkTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class EveryCommandAtAClusterTests(Cluster cluster) : EveryCommandTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class DoubledMessagesAtAClusterTests(Cluster cluster) : DoubledMessagesTests(cluster.First);

[Collection(ClusterOfThree.Name)]
[Trait("length", "long")]
public sealed class InjectedRedeliveryAtAClusterTests(Cluster cluster) : InjectedRedeliveryTests(cluster.First);
