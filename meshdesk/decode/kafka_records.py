"""What Kafka writes into its own topics (the record definitions of Apache Kafka 4.3, *Key.json and *Value.json of its group,
transaction and share coordinators): a key that begins with its type as int16, a value that begins with its version."""

from typing import NamedTuple

from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.kafka_message import Message, message, number_at, tree_of
from meshdesk.decode.moments import moment
from meshdesk.decode.parts import part, text_of
from meshdesk.model.node import Node, shortened


class RecordType(NamedTuple):
    """One kind of record of an internal topic."""

    name: str
    key: Message
    value: Message


GROUP = message("groupId:string")
MEMBER = message("groupId:string memberId:string")
PARTITIONS = "topicId:uuid partitions:[]int32"
TASKS = "subtopologyId:string partitions:[]int32"
NEW = 0  # the values of the newer protocols are flexible from the beginning


def _offsets(name: str) -> RecordType:
    value = "offset:int64 leaderEpoch:int32/3+ metadata:string commitTimestamp:int64 expireTimestamp:int64/1-1 topicId:uuid@0"
    return RecordType(name, message("group:string topic:string partition:int32"), message(value, 4, 4))


def _group(name: str, value: str) -> RecordType:
    return RecordType(name, GROUP, message(value, 0, NEW))


def _member(name: str, value: str) -> RecordType:
    return RecordType(name, MEMBER, message(value, 0, NEW))


TOPICS = (
    "topics:[](topicId:uuid topicName:string numPartitions:int32 partitionMetadata:[](partition:int32 racks:[]string))"
)
ASSIGNED_AT = "assignmentEpoch:int32 assignmentTimestamp:int64@0"
EPOCHS = "assignmentEpochs:?[]int32@0"
TOPIC_INFO = "[](name:string partitions:int32 replicationFactor:int16 topicConfigs:[](key:string value:string))"

CONSUMER_OFFSETS = {
    0: _offsets("LEGACY_OFFSET_COMMIT"),
    1: _offsets("OFFSET_COMMIT"),
    2: RecordType(
        "GROUP_METADATA",
        message("group:string"),
        message(
            "protocolType:string generation:int32 protocol:?string leader:?string currentStateTimestamp:int64/2+ "
            "members:[](memberId:string groupInstanceId:?string/3+ clientId:string clientHost:string "
            "rebalanceTimeout:int32/1+ sessionTimeout:int32 subscription:bytes assignment:bytes)",
            4,
            4,
        ),
    ),
    3: _group("CONSUMER_GROUP_METADATA", "epoch:int32 metadataHash:int64@0 creationTimeMs:int64@1"),
    4: _group("CONSUMER_GROUP_PARTITION_METADATA", TOPICS),
    5: _member(
        "CONSUMER_GROUP_MEMBER_METADATA",
        "instanceId:?string rackId:?string clientId:string clientHost:string subscribedTopicNames:[]string "
        "subscribedTopicRegex:?string rebalanceTimeoutMs:int32 serverAssignor:?string "
        "classicMemberMetadata:?(sessionTimeoutMs:int32 supportedProtocols:[](name:string metadata:bytes))@0",
    ),
    6: _group("CONSUMER_GROUP_TARGET_ASSIGNMENT_METADATA", ASSIGNED_AT),
    7: _member("CONSUMER_GROUP_TARGET_ASSIGNMENT_MEMBER", f"topicPartitions:[]({PARTITIONS})"),
    8: _member(
        "CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT",
        "memberEpoch:int32 previousMemberEpoch:int32 state:int8 "
        f"assignedPartitions:[]({PARTITIONS} {EPOCHS}) partitionsPendingRevocation:[]({PARTITIONS} {EPOCHS})",
    ),
    9: _group("SHARE_GROUP_PARTITION_METADATA", TOPICS),
    10: _member(
        "SHARE_GROUP_MEMBER_METADATA",
        "rackId:?string clientId:string clientHost:string subscribedTopicNames:[]string",
    ),
    11: _group("SHARE_GROUP_METADATA", "epoch:int32 metadataHash:int64"),
    12: _group("SHARE_GROUP_TARGET_ASSIGNMENT_METADATA", ASSIGNED_AT),
    13: _member("SHARE_GROUP_TARGET_ASSIGNMENT_MEMBER", f"topicPartitions:[]({PARTITIONS})"),
    14: _member(
        "SHARE_GROUP_CURRENT_MEMBER_ASSIGNMENT",
        f"memberEpoch:int32 previousMemberEpoch:int32 state:int8 assignedPartitions:[]({PARTITIONS})",
    ),
    15: _group(
        "SHARE_GROUP_STATE_PARTITION_METADATA",
        "initializingTopics:[](topicId:uuid topicName:string partitions:[]int32) "
        "initializedTopics:[](topicId:uuid topicName:string partitions:[]int32) "
        "deletingTopics:[](topicId:uuid topicName:string)",
    ),
    16: RecordType(
        "CONSUMER_GROUP_REGULAR_EXPRESSION",
        message("groupId:string regularExpression:string"),
        message("topics:[]string version:int64 timestamp:int64", 0, NEW),
    ),
    17: _group(
        "STREAMS_GROUP_METADATA",
        "epoch:int32 metadataHash:int64 validatedTopologyEpoch:int32@0 lastAssignmentConfigs:[](key:string value:string)@1",
    ),
    18: _group("STREAMS_GROUP_PARTITION_METADATA", TOPICS),
    19: _member(
        "STREAMS_GROUP_MEMBER_METADATA",
        "instanceId:?string rackId:?string clientId:string clientHost:string rebalanceTimeoutMs:int32 topologyEpoch:int32 "
        "processId:string userEndpoint:?(host:string port:uint16) clientTags:[](key:string value:string)",
    ),
    20: _group("STREAMS_GROUP_TARGET_ASSIGNMENT_METADATA", ASSIGNED_AT),
    21: _member(
        "STREAMS_GROUP_TARGET_ASSIGNMENT_MEMBER",
        f"activeTasks:[]({TASKS}) standbyTasks:[]({TASKS}) warmupTasks:[]({TASKS})",
    ),
    22: _member(
        "STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT",
        "memberEpoch:int32 previousMemberEpoch:int32 state:int8 "
        f"activeTasks:[]({TASKS} {EPOCHS}) standbyTasks:[]({TASKS}) warmupTasks:[]({TASKS}) "
        f"activeTasksPendingRevocation:[]({TASKS} {EPOCHS}) standbyTasksPendingRevocation:[]({TASKS}) "
        f"warmupTasksPendingRevocation:[]({TASKS})",
    ),
    23: _group(
        "STREAMS_GROUP_TOPOLOGY",
        "epoch:int32 subtopologies:[](subtopologyId:string sourceTopics:[]string sourceTopicRegex:[]string "
        f"stateChangelogTopics:{TOPIC_INFO} repartitionSinkTopics:[]string repartitionSourceTopics:{TOPIC_INFO} "
        "copartitionGroups:[](sourceTopics:[]int16 sourceTopicRegex:[]int16 repartitionSourceTopics:[]int16))",
    ),
    24: _group(
        "STREAMS_GROUP_TARGET_ASSIGNMENT_RESOLVED_TOPIC_IDS",
        "assignmentEpoch:int32 resolvedTopicIdsBySubtopology:[](subtopologyId:string topicIds:[]uuid)",
    ),
}

TRANSACTION_STATE = {
    0: RecordType(
        "TRANSACTION_LOG",
        message("transactionalId:string"),
        message(
            "producerId:int64 previousProducerId:int64@0 nextProducerId:int64@1 producerEpoch:int16 "
            "transactionTimeoutMs:int32 transactionStatus:int8 transactionPartitions:?[](topic:string partitionIds:[]int32) "
            "transactionLastUpdateTimestampMs:int64 transactionStartTimestampMs:int64 clientTransactionVersion:int16@2",
            1,
            1,
        ),
    )
}

SHARED = message("groupId:string topicId:uuid partition:int32")
BATCHES = "stateBatches:[](firstOffset:int64 lastOffset:int64 deliveryState:int8 deliveryCount:int16)"
SHARE_GROUP_STATE = {
    0: RecordType(
        "SHARE_SNAPSHOT",
        SHARED,
        message(
            "snapshotEpoch:int32 stateEpoch:int32 leaderEpoch:int32 startOffset:int64 deliveryCompleteCount:int32@0 "
            f"createTimestamp:int64 writeTimestamp:int64 {BATCHES}",
            0,
            NEW,
        ),
    ),
    1: RecordType(
        "SHARE_UPDATE",
        SHARED,
        message(
            f"snapshotEpoch:int32 leaderEpoch:int32 startOffset:int64 deliveryCompleteCount:int32@0 {BATCHES}", 0, NEW
        ),
    ),
}

INTERNAL = {
    "__consumer_offsets": CONSUMER_OFFSETS,
    "__transaction_state": TRANSACTION_STATE,
    "__share_group_state": SHARE_GROUP_STATE,
}

# What a number stands for (MemberState of both group protocols, TransactionState, RecordState).
MEANINGS = {
    "transactionStatus": {
        "0": "empty", "1": "ongoing", "2": "prepare commit", "3": "prepare abort", "4": "complete commit",
        "5": "complete abort", "6": "dead", "7": "prepare epoch fence",
    },
    "deliveryState": {"0": "available", "1": "acquired", "2": "acknowledged", "4": "archived"},
}  # fmt: skip
STATES = {"0": "stable", "1": "unrevoked partitions", "2": "unreleased partitions"}
TASK_STATES = {"0": "stable", "1": "unrevoked tasks", "2": "unreleased tasks"}

# What clients of the classic protocol write into the fields that are bytes to the broker (ConsumerProtocolSubscription and
# ConsumerProtocolAssignment): a version as int16, then this. Connect's workers write something else there.
SUBSCRIPTION = message(
    "topics:[]string userData:?bytes ownedPartitions:[](topic:string partitions:[]int32)/1+ generationId:int32/2+ "
    "rackId:?string/3+",
    3,
)
ASSIGNMENT = message("assignedPartitions:[](topic:string partitions:[]int32) userData:?bytes", 3)
EMBEDDED = {"subscription": SUBSCRIPTION, "metadata": SUBSCRIPTION, "assignment": ASSIGNMENT}
WITH_MEMBERS = ("GROUP_METADATA", "CONSUMER_GROUP_MEMBER_METADATA")
VERBS = {"topics": "wants", "ownedPartitions": "owns", "assignedPartitions": "has"}
SAID = 200  # characters of what bytes say
FEW = Bounds(bytes=1 << 20, nodes=200, text=100, width=50)


def _embedded(data: bytes, definition: Message) -> str:
    try:
        version = int(number_at(data, 0, "version").text)
        tree = tree_of(data, 2, definition, version, FEW, lambda _, __: "", "")
    except Undecodable:
        return ""
    words = []
    for child in tree.children:
        if child.name in VERBS and child.children:
            words.append(f"{VERBS[child.name]} {', '.join(map(_topic, child.children))}")
        elif child.name == "rackId" and child.kind == "string":
            words.append(f"rack {child.text}")
    return shortened("; ".join(words), SAID)


def _topic(node: Node) -> str:
    """A topic, with the numbers of its partitions where they are told; of many the last may have neither name nor numbers (FEW)."""
    if not node.children:
        return node.text
    partitions = part(node, "partitions")
    numbers = [number.text for number in partitions.children] if partitions is not None else []
    return " ".join((text_of(node, "topic") or "…", *numbers))


def meaning(type_name: str, field: str, number: str) -> str:
    """What a number of a record says: a moment, or a state; what bytes of it say: the topics that a member of a group wants or
    has. "" where nothing is known.

    >>> meaning("TRANSACTION_LOG", "transactionStatus", "4"), meaning("OFFSET_COMMIT", "commitTimestamp", "1795486185937")
    ('complete commit', '2026-11-24T02:09:45.937Z')
    """
    if field.endswith(("imestamp", "imestampMs", "TimeMs")):
        return (moment(int(number), 3) or "") if int(number) >= 0 else ""
    if field in EMBEDDED and type_name in WITH_MEMBERS:
        return _embedded(bytes.fromhex(number), EMBEDDED[field])
    if field == "state":
        return (TASK_STATES if type_name.startswith("STREAMS") else STATES).get(number, "")
    return MEANINGS.get(field, {}).get(number, "")


# MirrorMaker's (connect-mirror's Heartbeat, Checkpoint and OffsetSync: structs of Kafka's protocol, of which the value begins with
# a version as int16 in the first two and with nothing in the third).
class Mirrored(NamedTuple):
    """One kind of record of MirrorMaker's topics."""

    name: str
    begins: str
    ends: str  # its topics are so named
    has_version: bool
    key: Message
    value: Message


MIRRORED = (
    Mirrored(
        "heartbeat",
        "",
        "heartbeats",
        True,
        message("sourceClusterAlias:string targetClusterAlias:string"),
        message("timestamp:int64"),
    ),
    Mirrored(
        "checkpoint",
        "",
        "checkpoints.internal",
        True,
        message("consumerGroupId:string topic:string partition:int32"),
        message("upstreamOffset:int64 downstreamOffset:int64 metadata:string"),
    ),
    Mirrored(
        "offset sync",
        "mm2-offset-syncs",
        ".internal",
        False,
        message("topic:string partition:int32"),
        message("upstreamOffset:int64 downstreamOffset:int64"),
    ),
)
