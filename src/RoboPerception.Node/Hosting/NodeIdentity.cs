using System.Globalization;
using System.Security.Cryptography;
using RoboPerception.Messaging;
using RoboPerception.Node.Commands;

namespace RoboPerception.Node.Hosting;

/// <summary>Who this run of the node is: its topics, and a session that changes with every start.</summary>
internal sealed class NodeIdentity
{
    /// <summary>A new session of the node that a request names.</summary>
    public NodeIdentity(NodeRequest request)
    {
        Topics = new Topics(request.Settings.Prefix, request.Settings.NodeId);
        SessionId = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
        Session = SessionId.ToString("x8", CultureInfo.InvariantCulture);
    }

    /// <summary>Where the node publishes.</summary>
    public Topics Topics { get; }

    /// <summary>The session in documents.</summary>
    public string Session { get; }

    /// <summary>The session in frame headers.</summary>
    public uint SessionId { get; }
}
