using System.Security.Cryptography;
using System.Text;

namespace Aetherscale.Requests;

/// <summary>What makes two requests one and the same.</summary>
/// <param name="Requester">Who asks: ids of different requesters have nothing to do with each other.</param>
/// <param name="Id">The request's id, the requester's own.</param>
internal readonly record struct RequestKey(string Requester, string Id)
{
    /// <summary>A file name for any of them: neither part could be one.</summary>
    public string FileName => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Requester}\n{Id}")))[..32];
}
